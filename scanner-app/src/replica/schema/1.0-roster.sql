create table {side}event_row (event integer primary key, row text not null);
create table {side}ticket_type (event integer not null, no integer not null, row text not null, primary key (event, no)) without rowid;
create table {side}entry_window (event integer not null, no integer not null, row text not null, primary key (event, no)) without rowid;
create table {side}gate (event integer not null, no integer not null, row text not null, primary key (event, no)) without rowid;
create table {side}ticket (
    id integer primary key,
    event integer not null,
    type integer not null,
    entry_window integer not null,
    key integer not null,
    status integer not null,
    home_gate integer not null
);
-- Ids that never enter, known ahead of their rows.
create table {side}barred (id integer primary key, event integer not null, status integer not null);
create table {side}fact_label (device blob not null, fact_id blob not null, event integer not null, labels text not null, primary key (device, fact_id)) without rowid;
create table {side}cursor (
    event integer primary key,
    epoch integer not null,
    cursor text not null,
    head integer not null,
    caught_up integer not null,
    -- Server time of the last page after which nothing was missing.
    as_of_ms integer,
    signed_version integer not null
);
