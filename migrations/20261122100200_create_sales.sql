-- Orders, payments, refunds, the ledger, tickets and the keys that sign them.

-- An order begins as a hold with a time limit; there is no other cart.
create table orders (
    organizer_id uuid not null,
    event_id uuid not null,
    id uuid not null unique,
    code text not null unique,
    account_id uuid references accounts,
    email text not null,
    name text not null,
    language text not null default 'fr',
    state text not null check (state in ('held', 'paid', 'cancelled', 'expired', 'refunded')),
    currency text not null,
    total_minor bigint not null check (total_minor >= 0),
    refunded_minor bigint not null default 0 check (refunded_minor >= 0),
    -- What the platform takes of it: the organizer's rate when it was held.
    commission_basis_points integer not null check (commission_basis_points between 0 and 10000),
    -- SHA-256 of the unguessable part of the order's link, and that part sealed under the master key for the mail.
    secret_hash bytea not null,
    secret_sealed bytea not null,
    -- SHA-256 of account and request: the same id with another content is refused.
    request_hash bytea not null,
    expires_ms bigint not null,
    created_ms bigint not null,
    paid_ms bigint,
    -- Tickets signed and published.
    issued_ms bigint,
    primary key (organizer_id, event_id, id),
    foreign key (organizer_id, event_id) references events (organizer_id, id),
    constraint orders_refund_at_most_paid check (refunded_minor <= total_minor)
);
create index orders_account on orders (account_id, created_ms desc, id desc) where account_id is not null;
create index orders_organizer_time on orders (organizer_id, created_ms desc, id desc);
create index orders_time on orders (created_ms desc, id desc);
create index orders_to_issue on orders (organizer_id, event_id, paid_ms) where state = 'paid' and issued_ms is null;
create index orders_to_expire on orders (expires_ms) where state = 'held';

create table order_lines (
    organizer_id uuid not null,
    event_id uuid not null,
    order_id uuid not null,
    no integer not null,
    type_no integer not null,
    quantity integer not null check (quantity between 1 and 100),
    unit_minor bigint not null check (unit_minor >= 0),
    vat_basis_points integer not null,
    -- One name a place, may be empty.
    holder_names text[] not null default '{}',
    primary key (organizer_id, event_id, order_id, no),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id)
);

create table payments (
    organizer_id uuid not null,
    event_id uuid not null,
    id uuid not null unique,
    order_id uuid not null,
    provider text not null,
    -- The provider's own name for it; null until it told.
    reference text,
    state text not null check (state in ('pending', 'succeeded', 'declined', 'returned')),
    amount_minor bigint not null check (amount_minor >= 0),
    currency text not null,
    created_ms bigint not null,
    settled_ms bigint,
    -- For a returned one: when the provider said that the money is on its way back.
    given_back_ms bigint,
    primary key (organizer_id, event_id, id),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id),
    unique (provider, reference)
);
create index payments_order on payments (organizer_id, event_id, order_id);
create index payments_to_give_back on payments (settled_ms) where state = 'returned' and given_back_ms is null;

create table refunds (
    organizer_id uuid not null,
    event_id uuid not null,
    id uuid not null unique,
    order_id uuid not null,
    payment_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    reason text not null,
    -- Tickets to revoke with a partial refund; a full one revokes all.
    ticket_ids bigint[] not null default '{}',
    state text not null check (state in ('pending', 'succeeded', 'failed')),
    created_ms bigint not null,
    settled_ms bigint,
    primary key (organizer_id, event_id, id),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id)
);
create index refunds_order on refunds (organizer_id, event_id, order_id);
create index refunds_pending on refunds (created_ms) where state = 'pending';

-- Only grows. Positive = the organizer's, negative = taken from it.
create table ledger (
    organizer_id uuid not null,
    event_id uuid not null,
    id bigint generated always as identity,
    at_ms bigint not null,
    order_id uuid not null,
    payment_id uuid,
    refund_id uuid,
    kind text not null check (kind in ('sale', 'platform_fee', 'refund', 'platform_fee_returned')),
    amount_minor bigint not null,
    currency text not null,
    primary key (organizer_id, event_id, id)
);
create index ledger_order on ledger (organizer_id, event_id, order_id);

create function ledger_only_grows() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger only grows: write a counter-entry';
end $$;
create trigger ledger_only_grows before update or delete on ledger
    for each statement execute function ledger_only_grows();

create sequence signing_key_ids as integer minvalue 1;

create table signing_keys (
    organizer_id uuid not null,
    event_id uuid not null,
    -- Unique over the platform; allotted by the sequence.
    id integer primary key check (id > 0),
    public bytea not null check (length(public) = 32),
    sealed_private bytea not null,
    sealed_rotating bytea not null,
    -- For leased tickets of one device; leased without lessee = not yet given out.
    leased boolean not null default false,
    lessee uuid,
    revoked_ms bigint,
    created_ms bigint not null,
    foreign key (organizer_id, event_id) references events (organizer_id, id)
);
create index signing_keys_event on signing_keys (organizer_id, event_id);

-- The unbroken number of tickets: event + channel letter (W = online).
create table series (
    organizer_id uuid not null,
    event_id uuid not null,
    channel text not null,
    last bigint not null default 0,
    primary key (organizer_id, event_id, channel),
    foreign key (organizer_id, event_id) references events (organizer_id, id)
);

create table tickets (
    organizer_id uuid not null,
    event_id uuid not null,
    id bigint not null unique check (id > 0),
    order_id uuid not null,
    type_no integer not null,
    window_no integer not null,
    key_id integer not null,
    -- shared::roster::TicketStatus.
    status smallint not null default 0 check (status between 0 and 4),
    home_gate integer not null default 0,
    holder_name text not null default '',
    -- The 80 signed bytes.
    token bytea not null check (length(token) = 80),
    channel text not null default 'W',
    series_no bigint not null,
    price_minor bigint not null,
    vat_basis_points integer not null,
    issued_ms bigint not null,
    primary key (organizer_id, event_id, id),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id),
    unique (organizer_id, event_id, channel, series_no)
);
create index tickets_order on tickets (organizer_id, event_id, order_id);
