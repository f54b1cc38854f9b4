-- What somebody typed of an event that is not made yet: an event has a place and a time from its first row on, and who
-- makes one says them step by step. Additive.

create table event_drafts (
    organizer_id uuid not null references organizers,
    -- The event's, once it is made.
    id uuid primary key,
    -- The fields as they were typed, right or wrong.
    typed jsonb not null,
    created_ms bigint not null,
    updated_ms bigint not null
);
create index event_drafts_organizer on event_drafts (organizer_id, updated_ms desc, id);
