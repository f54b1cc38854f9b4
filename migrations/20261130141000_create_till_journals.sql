-- Journals of tills: of an organizer, not of an event. They come up as door journals do and go down to nobody.
create table till_journals (
    organizer_id uuid not null references organizers,
    id uuid not null unique,
    device_id uuid not null,
    -- Contiguous: everything up to here is held.
    head_seq bigint not null,
    head_hash bytea not null,
    opened_ms bigint not null,
    -- When the other side of a fork came first: an old replica, or a copy, went on selling.
    forked_ms bigint,
    primary key (organizer_id, id)
);
create index till_journals_device on till_journals (organizer_id, device_id);

create table till_facts (
    organizer_id uuid not null,
    journal_id uuid not null,
    seq bigint not null,
    device_id uuid not null,
    -- Null while this server can't read it.
    fact_id uuid,
    kind integer,
    hash bytea not null,
    -- The signed bytes, exactly as made.
    envelope bytea not null,
    received_ms bigint not null,
    primary key (organizer_id, journal_id, seq),
    foreign key (organizer_id, journal_id) references till_journals
);
create index till_facts_name on till_facts (organizer_id, device_id, fact_id);
create trigger till_facts_only_grow before update or delete on till_facts for each statement execute function facts_only_grow();

-- The other side of a fork: kept, never counted.
create table till_forks (
    organizer_id uuid not null,
    journal_id uuid not null,
    hash bytea not null,
    seq bigint not null,
    envelope bytea not null,
    received_ms bigint not null,
    primary key (organizer_id, journal_id, hash),
    foreign key (organizer_id, journal_id) references till_journals
);
create trigger till_forks_only_grow before update or delete on till_forks for each statement execute function facts_only_grow();
