-- What everybody with tickets of an event is to be told: written in the transaction of its cause, told by a job, a few orders
-- in one transaction with how far it came. So each order is told once, whatever dies in between.
create table notices (
    organizer_id uuid not null,
    event_id uuid not null,
    id bigint generated always as identity,
    kind text not null check (kind in ('changed', 'cancelled', 'reminder')),
    -- One notice for one cause, whatever is repeated: `reminder/EVENT/2026-11-28`.
    cause text not null unique,
    -- For a change: what stood there before.
    before jsonb not null default '{}',
    created_ms bigint not null,
    -- Not before: a second correction of an organizer within some minutes makes no second mail.
    due_ms bigint not null,
    -- Orders up to this one were told.
    told_to uuid,
    done_ms bigint,
    primary key (organizer_id, event_id, id),
    foreign key (organizer_id, event_id) references events (organizer_id, id)
);
create index notices_waiting on notices (due_ms) where done_ms is null;
create unique index notices_one_change_waits on notices (organizer_id, event_id)
    where kind = 'changed' and told_to is null and done_ms is null;
