-- Box offices: places lent to a till, with tickets that are signed ahead and numbered in the till's own series. Additive: older
-- binaries still work, lend nothing, and sell no place that is lent.

-- The only way to more than the quota, each one named in lease_write_offs: places that an organizer sells again without
-- knowing what their till did with them. Invariant S1 counts them in.
alter table stock add column written_off integer not null default 0 check (written_off >= 0);
alter table stock drop constraint stock_not_oversold,
    add constraint stock_not_oversold check (held + sold + leased <= quota + written_off);

-- The till's letters in ticket numbers, given with its first lease and never again to another.
alter table devices add column series text;
create unique index devices_series on devices (organizer_id, series) where series is not null;

-- A lease is some places of one type, granted together. States in use: granted, taken_back (no further sale; the places
-- stay lent). expires_ms: no sale from then on.
alter table leases
    -- The version of the signed list that first had it.
    add column term bigint not null default 0,
    -- For a sale in progress: soon over.
    add column for_sale boolean not null default false;
create index leases_device on leases (organizer_id, event_id, device_id);

-- Its tickets. The token itself is not kept: the key signs the same one again.
create table leased_tickets (
    organizer_id uuid not null,
    event_id uuid not null,
    id bigint not null unique check (id > 0),
    lease_id uuid not null,
    type_no integer not null,
    window_no integer not null,
    key_id integer not null,
    channel text not null,
    -- null = granted by what a restore lost; its till knows the number.
    series_no bigint,
    price_minor bigint not null,
    vat_basis_points integer not null,
    -- What the facts make of it; shared::lease::stock::Stock.
    state text not null default 'unsold' check (state in ('unsold', 'sold', 'returned')),
    -- Who has it, had it last, or sold it.
    holder_id uuid not null,
    changed_ms bigint not null,
    primary key (organizer_id, event_id, id),
    foreign key (organizer_id, event_id, lease_id) references leases (organizer_id, event_id, id),
    unique (organizer_id, event_id, channel, series_no)
);
create index leased_tickets_holder on leased_tickets (organizer_id, event_id, holder_id, type_no, state);
create index leased_tickets_lease on leased_tickets (organizer_id, event_id, lease_id);

-- Which facts (kinds 9, 11 and 12) say something of which leased ticket: they name up to 400 each.
create table leased_ticket_facts (
    organizer_id uuid not null,
    event_id uuid not null,
    ticket_id bigint not null,
    journal_id uuid not null,
    seq bigint not null,
    primary key (organizer_id, event_id, ticket_id, journal_id, seq)
);

-- Places that an organizer gave up waiting for. Those that their till gives back after all are settled, and may be sold only once.
create table lease_write_offs (
    organizer_id uuid not null,
    event_id uuid not null,
    type_no integer not null,
    device_id uuid not null,
    at_ms bigint not null,
    places integer not null check (places > 0),
    settled integer not null default 0 check (settled between 0 and places),
    -- null = taken back from a device's signed list after a restore.
    by_account uuid,
    primary key (organizer_id, event_id, type_no, device_id, at_ms)
);
