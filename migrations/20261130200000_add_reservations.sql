-- Orders that are held until shortly before their event and paid at the box office, unless their buyer pays online before.
-- Additive: an older binary holds and expires them as any other order, and reserves and takes over nothing.

alter table event_terms
    -- Whether one may reserve, and until so many minutes before the event begins.
    add column reservations boolean not null default false,
    add column reservation_minutes integer not null default 30 check (reservation_minutes between 0 and 1440);

alter table orders
    -- When its buyer chose to pay at the box office.
    add column reserved_ms bigint,
    -- When its buyer was told that it has lapsed.
    add column lapse_told_ms bigint,
    add constraint orders_reserved_has_buyer
        check (reserved_ms is null or (email is not null and name is not null));
-- An address has one open reservation for an event.
create unique index orders_one_reservation on orders (organizer_id, event_id, lower(email))
    where reserved_ms is not null and state = 'held';
create index orders_lapsed on orders (expires_ms)
    where reserved_ms is not null and state = 'expired' and lapse_told_ms is null;

-- Reservations that a till took over: the hold is over ('cancelled'), and its places are lent to that till.
create table reservation_takeovers (
    organizer_id uuid not null,
    event_id uuid not null,
    order_id uuid not null unique,
    device_id uuid not null,
    taken_ms bigint not null,
    primary key (organizer_id, event_id, order_id),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id)
);

-- The reservation whose places a lease has.
alter table leases add column order_id uuid;
create index leases_order on leases (organizer_id, event_id, order_id) where order_id is not null;
