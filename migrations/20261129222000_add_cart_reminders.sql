-- Who has not finished an order is reminded of it, if they asked for that at the checkout and have not stopped it since.
alter table orders add column wants_reminder boolean not null default false;
create index orders_to_remind on orders (created_ms) where wants_reminder and state = 'expired';

-- Addresses that get no more reminders: only their SHA-256, in lower case.
create table reminder_stops (
    address_hash bytea primary key check (length(address_hash) = 32),
    stopped_ms bigint not null
);
