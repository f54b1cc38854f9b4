-- The feed of each event: one number a transaction, taken under the event's row lock, held to commit.
-- Writers of synced tables call begin_change() first; a trigger refuses the others (invariant F7).

create table feeds (
    organizer_id uuid not null,
    event_id uuid not null,
    -- Random; changed by a restore from backup.
    epoch bigint not null,
    head bigint not null default 0,
    primary key (organizer_id, event_id)
);

-- One row an entity: the log compacts itself. kind: 1 event, 2 ticket type, 3 window, 4 gate, 5 ticket,
-- 6 fact, 7 fact label. id: big-endian bytes of the entity's own key within the event.
create table feed_entries (
    organizer_id uuid not null,
    event_id uuid not null,
    kind smallint not null,
    id bytea not null,
    seq bigint not null,
    primary key (organizer_id, event_id, kind, id)
);
create index feed_entries_order on feed_entries (organizer_id, event_id, seq, kind, id);

-- Count and xor of the rows' hashes, kept once a statement.
create table feed_checksums (
    organizer_id uuid not null,
    event_id uuid not null,
    kind smallint not null,
    rows bigint not null default 0,
    xor bigint not null default 0,
    primary key (organizer_id, event_id, kind)
);

-- Takes the event's next number, or returns the one this transaction already has.
create function begin_change(organizer uuid, event uuid) returns bigint language plpgsql as $$
declare
    changes jsonb := coalesce(nullif(current_setting('tickethub.changes', true), ''), '{}')::jsonb;
    taken bigint := (changes ->> event::text)::bigint;
begin
    if taken is not null then
        return taken;
    end if;
    update feeds set head = head + 1 where organizer_id = organizer and event_id = event returning head into taken;
    if taken is null then
        raise exception 'begin_change: event % has no feed', event;
    end if;
    perform set_config('tickethub.changes', (changes || jsonb_build_object(event::text, taken))::text, true);
    return taken;
end $$;

-- The number of this transaction for an event, or an error.
create function change_number(event uuid) returns bigint language plpgsql stable as $$
declare
    taken bigint := (nullif(current_setting('tickethub.changes', true), '')::jsonb ->> event::text)::bigint;
begin
    if taken is null then
        raise exception 'write of event % outside begin_change', event using errcode = 'TH001';
    end if;
    return taken;
end $$;

create function feed_stamp_events() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select organizer_id, id, 1, '\x00'::bytea, change_number(id) from changed
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;
    return null;
end $$;

-- For tables with a number `no` within the event; the kind is the trigger's argument.
create function feed_stamp_numbered() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select organizer_id, event_id, tg_argv[0]::smallint, int4send(no), change_number(event_id) from changed
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;
    return null;
end $$;

-- The hash of a ticket's synced columns: the first 8 bytes of SHA-256 over 28 bytes (shared::sync::checksum).
create function ticket_hash(id bigint, type_no integer, window_no integer, key_id integer, status smallint, home_gate integer)
returns bigint language sql immutable parallel safe as $$
    select ('x' || encode(substring(sha256(int8send(id) || int4send(type_no) || int4send(window_no)
        || int4send(key_id) || int4send(status::integer) || int4send(home_gate)) from 1 for 8), 'hex'))::bit(64)::bigint
$$;

create function feed_stamp_tickets() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select c.organizer_id, c.event_id, 5, int8send(c.id), e.seq
    from changed c
    join (select event_id, change_number(event_id) as seq from (select distinct event_id from changed) d) e using (event_id)
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;

    insert into feed_checksums as sums (organizer_id, event_id, kind, rows, xor)
    select organizer_id, event_id, 5, count(*),
           bit_xor(ticket_hash(id, type_no, window_no, key_id, status, home_gate))
    from changed group by organizer_id, event_id
    on conflict (organizer_id, event_id, kind)
    do update set rows = sums.rows + excluded.rows, xor = sums.xor # excluded.xor;
    return null;
end $$;

create function feed_restamp_tickets() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select c.organizer_id, c.event_id, 5, int8send(c.id), e.seq
    from changed c
    join (select event_id, change_number(event_id) as seq from (select distinct event_id from changed) d) e using (event_id)
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;

    update feed_checksums s set xor = s.xor # d.delta
    from (
        select organizer_id, event_id, bit_xor(h) as delta from (
            select organizer_id, event_id, ticket_hash(id, type_no, window_no, key_id, status, home_gate) as h from changed
            union all
            select organizer_id, event_id, ticket_hash(id, type_no, window_no, key_id, status, home_gate) from former
        ) both_sides group by organizer_id, event_id
    ) d
    where s.organizer_id = d.organizer_id and s.event_id = d.event_id and s.kind = 5;
    return null;
end $$;

create function feed_refuse_delete() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never deleted: the feed needs them; mark them instead', tg_table_name;
end $$;

create trigger feed_insert after insert on events referencing new table as changed
    for each statement execute function feed_stamp_events();
create trigger feed_update after update on events referencing new table as changed
    for each statement execute function feed_stamp_events();
create trigger feed_insert after insert on ticket_types referencing new table as changed
    for each statement execute function feed_stamp_numbered('2');
create trigger feed_update after update on ticket_types referencing new table as changed
    for each statement execute function feed_stamp_numbered('2');
create trigger feed_insert after insert on windows referencing new table as changed
    for each statement execute function feed_stamp_numbered('3');
create trigger feed_update after update on windows referencing new table as changed
    for each statement execute function feed_stamp_numbered('3');
create trigger feed_insert after insert on gates referencing new table as changed
    for each statement execute function feed_stamp_numbered('4');
create trigger feed_update after update on gates referencing new table as changed
    for each statement execute function feed_stamp_numbered('4');
create trigger feed_insert after insert on tickets referencing new table as changed
    for each statement execute function feed_stamp_tickets();
create trigger feed_update after update on tickets referencing old table as former new table as changed
    for each statement execute function feed_restamp_tickets();

create trigger feed_delete before delete on ticket_types for each statement execute function feed_refuse_delete();
create trigger feed_delete before delete on windows for each statement execute function feed_refuse_delete();
create trigger feed_delete before delete on gates for each statement execute function feed_refuse_delete();
create trigger feed_delete before delete on tickets for each statement execute function feed_refuse_delete();
