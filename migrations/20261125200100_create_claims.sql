-- Who is letting a ticket in at this moment, so that two doors that reach the server don't both. Advisory and short: a lost
-- claim costs nothing, so it isn't logged, isn't synced, and takes no event's lock.
create unlogged table claims (
    organizer_id uuid not null,
    event_id uuid not null,
    ticket_id bigint not null,
    device_id uuid not null,
    -- The entry that the device is about to write.
    fact_id uuid not null,
    gate_no integer not null,
    lapses_ms bigint not null,
    primary key (organizer_id, event_id, ticket_id)
);
create index claims_device on claims (organizer_id, device_id);
