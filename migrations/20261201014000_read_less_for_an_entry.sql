-- The server's clock as of the last fact of a journal of its own, so that it goes on without reading that fact again; 0 in the
-- journals of devices. Where it is not known yet, it is after all that was received.
alter table journals add column head_hlc bigint not null default 0;
update journals j set head_hlc = (f.received_ms + 1) << 16
from feeds e, facts f
where e.organizer_id = j.organizer_id and e.event_id = j.event_id and e.own_journal = j.id
  and f.organizer_id = j.organizer_id and f.event_id = j.event_id and f.journal_id = j.id and f.seq = j.head_seq;

-- Of two indexes that begin alike PostgreSQL takes either while the table is new, and an entry read all facts of its event by
-- this one. A fact's id is not used twice, but by whoever forges.
drop index facts_name;
create index facts_name on facts (fact_id, device_id);

-- The same with orders: a payment, which knows its order by its id, read all that were held, as long as PostgreSQL believed
-- that there are none. Whoever looks for the holds whose time is up says it in these words; nobody else does.
drop index orders_to_expire;
create index orders_to_expire on orders (expires_ms) where (state = 'held') is true;

-- In SQL, so that it becomes a part of the statement that asks for it. Then the triggers need not look the number up once for
-- all rows of an event, which took longer to prepare than a few rows to write.
create function no_number(event uuid) returns bigint language plpgsql stable as $$
begin
    raise exception 'write of event % outside begin_change', event using errcode = 'TH001';
end $$;
create or replace function change_number(event uuid) returns bigint language sql stable as $$
    select coalesce((nullif(current_setting('tickethub.changes', true), '')::jsonb ->> event::text)::bigint, no_number(event))
$$;

create or replace function feed_stamp_facts() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select organizer_id, event_id, 6, uuid_send(journal_id) || int8send(seq), change_number(event_id) from changed;
    return null;
end $$;

create or replace function feed_stamp_fact_labels() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select organizer_id, event_id, 7, uuid_send(device_id) || uuid_send(fact_id), change_number(event_id) from changed
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;
    return null;
end $$;

create or replace function feed_stamp_tickets() returns trigger language plpgsql as $$
begin
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select organizer_id, event_id, 5, int8send(id), change_number(event_id) from changed
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;

    insert into feed_checksums as sums (organizer_id, event_id, kind, rows, xor)
    select organizer_id, event_id, 5, count(*),
           bit_xor(ticket_hash(id, type_no, window_no, key_id, status, home_gate))
    from changed group by organizer_id, event_id
    on conflict (organizer_id, event_id, kind)
    do update set rows = sums.rows + excluded.rows, xor = sums.xor # excluded.xor;
    return null;
end $$;
