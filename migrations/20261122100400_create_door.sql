-- Devices, what they may do, their journals and facts, and what the fold says of them.

create table devices (
    organizer_id uuid not null references organizers,
    id uuid not null unique,
    name text not null,
    -- Ed25519, for facts and sessions.
    public_key bytea not null check (length(public_key) = 32),
    -- Only the server's own device has a private half here, sealed.
    sealed_private bytea,
    -- Bits: 1 scan, 2 search, 4 sell, 8 supervise.
    rights smallint not null,
    state text not null check (state in ('active', 'revoked', 'lost')),
    -- shared::roster::Revocation as JSON, once revoked.
    revocation jsonb,
    enrolled_ms bigint not null,
    last_seen_ms bigint,
    primary key (organizer_id, id)
);

create table device_events (
    organizer_id uuid not null,
    event_id uuid not null,
    device_id uuid not null,
    gate_no integer not null default 0,
    primary key (organizer_id, event_id, device_id),
    foreign key (organizer_id, device_id) references devices (organizer_id, id),
    foreign key (organizer_id, event_id) references events (organizer_id, id)
);
create index device_events_device on device_events (organizer_id, device_id);

create table device_offers (
    organizer_id uuid not null references organizers,
    id uuid primary key,
    -- The 4 characters that name it; unique among the open ones.
    name text not null,
    -- The 60 bits that never travel, sealed under the master key.
    sealed_secret bytea not null,
    device_name text not null,
    rights smallint not null,
    event_ids uuid[] not null,
    gate_no integer not null default 0,
    state text not null check (state in ('open', 'started', 'proved', 'confirmed', 'rejected', 'expired')),
    starts integer not null default 0,
    wrong_proofs integer not null default 0,
    device_key bytea,
    commitment bytea,
    device_nonce bytea,
    server_nonce bytea,
    digits text,
    device_id uuid,
    created_by uuid not null references accounts,
    created_ms bigint not null,
    expires_ms bigint not null
);
create unique index device_offers_open_name on device_offers (name) where state in ('open', 'started', 'proved');

create table device_session_nonces (
    nonce bytea primary key,
    expires_ms bigint not null
);

create table device_sessions (
    token_hash bytea primary key,
    organizer_id uuid not null,
    device_id uuid not null,
    expires_ms bigint not null
);

-- Root-signed objects: key_set, device_list. Version = max(last + 1, clock in ms).
create table signed_objects (
    organizer_id uuid not null references organizers,
    kind text not null,
    version bigint not null,
    body bytea not null,
    signature bytea not null,
    primary key (organizer_id, kind)
);

-- A right lent to one device: places to sell, or the sole right to admit a share.
create table leases (
    organizer_id uuid not null,
    event_id uuid not null,
    id uuid not null,
    device_id uuid not null,
    type_no integer not null,
    places integer not null check (places > 0),
    state text not null check (state in ('granted', 'taken_back', 'closed', 'written_off')),
    expires_ms bigint not null,
    created_ms bigint not null,
    primary key (organizer_id, event_id, id)
);

create table journals (
    organizer_id uuid not null,
    event_id uuid not null,
    id uuid not null unique,
    device_id uuid not null,
    -- Contiguous: everything up to here is held.
    head_seq bigint not null,
    head_hash bytea not null,
    opened_ms bigint not null,
    primary key (organizer_id, event_id, id)
);

create table facts (
    organizer_id uuid not null,
    event_id uuid not null,
    journal_id uuid not null,
    seq bigint not null,
    device_id uuid not null,
    fact_id uuid not null,
    hash bytea not null,
    kind integer not null,
    ticket_id bigint,
    -- The signed bytes, exactly as made.
    envelope bytea not null,
    received_ms bigint not null,
    primary key (organizer_id, event_id, journal_id, seq)
);
create index facts_ticket on facts (organizer_id, event_id, ticket_id) where ticket_id is not null;
create index facts_name on facts (organizer_id, event_id, device_id, fact_id);

create function facts_only_grow() returns trigger language plpgsql as $$
begin
    raise exception 'facts are never changed or dropped (invariant A2)';
end $$;
create trigger facts_only_grow before update or delete on facts for each statement execute function facts_only_grow();

-- The other side of a fork, or a fact that could not be placed: kept, never folded.
create table quarantined_envelopes (
    organizer_id uuid not null,
    event_id uuid not null,
    hash bytea not null,
    journal_id uuid not null,
    seq bigint not null,
    device_id uuid not null,
    why text not null check (why in ('fork', 'bad_signature', 'unknown_author', 'malformed')),
    envelope bytea not null,
    received_ms bigint not null,
    primary key (organizer_id, event_id, hash)
);

create table fact_labels (
    organizer_id uuid not null,
    event_id uuid not null,
    device_id uuid not null,
    fact_id uuid not null,
    labels text[] not null,
    primary key (organizer_id, event_id, device_id, fact_id)
);

-- The fold of each ticket, kept in the transaction that adds a fact.
create table ticket_states (
    organizer_id uuid not null,
    event_id uuid not null,
    ticket_id bigint not null,
    inside boolean not null,
    entries integer not null,
    exits integer not null,
    last_entry_ms bigint,
    last_gate integer,
    primary key (organizer_id, event_id, ticket_id)
);

-- Keyed by what it is about, never by fact: a winner may change, the alert stays (M6).
create table alerts (
    organizer_id uuid not null,
    event_id uuid not null,
    kind text not null,
    -- A ticket as 13 characters, a journal or a device as a UUID.
    subject text not null,
    detail jsonb not null,
    first_ms bigint not null,
    last_ms bigint not null,
    resolved_ms bigint,
    primary key (organizer_id, event_id, kind, subject)
);

create function feed_stamp_facts() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select organizer_id, event_id, 6, uuid_send(journal_id) || int8send(seq), change_number(event_id) from changed;
    return null;
end $$;

create function feed_stamp_fact_labels() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select organizer_id, event_id, 7, uuid_send(device_id) || uuid_send(fact_id), change_number(event_id) from changed
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;
    return null;
end $$;

create trigger feed_insert after insert on facts referencing new table as changed
    for each statement execute function feed_stamp_facts();
create trigger feed_insert after insert on fact_labels referencing new table as changed
    for each statement execute function feed_stamp_fact_labels();
create trigger feed_update after update on fact_labels referencing new table as changed
    for each statement execute function feed_stamp_fact_labels();
