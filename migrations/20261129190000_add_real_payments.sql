-- Payments by a provider outside: where a buyer pays, what was asked and told, and what went wrong afterwards.

-- The provider's own name for the page, or the attempt, on which a buyer pays; null until it answered.
alter table payments add column checkout text;
-- When the provider was last asked what became of it.
alter table payments add column asked_ms bigint;
create index payments_to_ask_about on payments (created_ms)
    where state = 'pending' and provider not in ('test', 'none');

-- What a provider told, so that it is heard once. Rows may go when the provider repeats nothing of their age any more.
create table provider_events (
    provider text not null,
    id text not null,
    heard_ms bigint not null,
    primary key (provider, id)
);
create index provider_events_age on provider_events (heard_ms);

-- What happened to money that had come or had gone back, outside of this house: a person has to look at it.
create table payment_troubles (
    organizer_id uuid not null,
    event_id uuid not null,
    order_id uuid not null,
    payment_id uuid not null,
    provider text not null,
    -- The provider's own name for it.
    id text not null,
    kind text not null check (kind in ('dispute', 'refund_failed', 'refunded_elsewhere')),
    amount_minor bigint not null,
    currency text not null,
    at_ms bigint not null,
    primary key (organizer_id, event_id, order_id, provider, id, kind),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id)
);
