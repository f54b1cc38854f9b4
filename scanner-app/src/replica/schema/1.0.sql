-- Which replica this is, and which machine it is bound to.
create table binding (
    only_row integer primary key check (only_row = 1),
    replica blob not null,
    machine blob not null
);

-- Who this device is, once it is enrolled. The key is sealed.
create table identity (
    only_row integer primary key check (only_row = 1),
    device blob not null,
    organizer blob not null,
    organizer_name text not null,
    name text not null,
    rights text not null,
    events text not null,
    gate integer not null,
    server text not null,
    root_key blob not null,
    sealed_key blob not null
);

-- shared::clock::SavedClock.
create table clock (
    only_row integer primary key check (only_row = 1),
    hlc integer not null,
    offset_ms integer,
    error_ms integer,
    passed_ms integer
);

-- Where the sync engine stands; `generation` moves with each change of rules, keys or devices.
create table sync_state (
    only_row integer primary key check (only_row = 1),
    phase text,
    since_ms integer,
    generation integer not null default 0
);
insert into sync_state (only_row) values (1);

-- Short numbers for events, so that a million tickets stay small.
create table event (
    no integer primary key,
    id blob not null unique
);

create table signed_object (
    kind text primary key,
    organizer blob not null,
    version integer not null,
    issued_ms integer not null,
    body blob not null,
    signature blob not null
) without rowid;

-- What the signed objects say, row by row.
create table ticket_key (id integer primary key, row text not null);
create table device (id blob primary key, row text not null) without rowid;

-- Journals that this device writes. Facts after `acked_through` are not known to be on the server.
create table own_journal (
    no integer primary key,
    id blob not null unique,
    event integer not null,
    opened_ms integer not null,
    -- shared::fact::kind::OpeningCause
    cause integer not null,
    -- Set once nothing more is written to it: the cause of the one after it.
    closed_cause integer,
    -- The last place that is known of it, here or anywhere.
    last_seq integer not null,
    last_hash blob not null,
    acked_through integer not null default 0
);

-- Signed bytes as they were made, of this device and of others. Only added to (A2): two facts at one
-- place of a forked journal are both kept.
create table fact (
    no integer primary key,
    event integer not null,
    journal blob not null,
    seq integer not null,
    hash blob not null,
    device blob not null,
    fact_id blob not null,
    kind integer not null,
    ticket integer,
    -- 1: written here. 0: received.
    own integer not null,
    envelope blob not null
);
create unique index fact_place on fact (journal, seq, hash);
create index fact_ticket on fact (event, ticket) where ticket is not null;
create trigger fact_unchanged before update on fact begin
    select raise(abort, 'facts are never changed (A2)');
end;
create trigger fact_kept before delete on fact begin
    select raise(abort, 'facts are never dropped (A2)');
end;

-- Leased tickets that a fact says were sold.
create table issued (ticket integer not null, fact integer not null, primary key (ticket, fact)) without rowid;

-- Received, and not to be used (yet): no key for its author, a wrong signature, no envelope.
create table parked (
    hash blob primary key,
    event integer not null,
    why text not null,
    parked_ms integer not null,
    envelope blob not null
) without rowid;

-- Facts of this device that the server will never take, by its own word.
create table refused_by_server (journal blob not null, seq integer not null, why text not null, primary key (journal, seq)) without rowid;
