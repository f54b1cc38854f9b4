-- A statement that writes many rows of an event looks its number up once. The planner pulls a plain subquery up and would
-- call the function for each row, which costs more than writing the row's entry. Additive: older binaries still work.

create or replace function feed_stamp_facts() returns trigger language plpgsql as $$
begin
    with numbers as materialized (
        select event_id, change_number(event_id) as seq from (select distinct event_id from changed) d
    )
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select c.organizer_id, c.event_id, 6, uuid_send(c.journal_id) || int8send(c.seq), n.seq
    from changed c join numbers n using (event_id);
    return null;
end $$;

create or replace function feed_stamp_fact_labels() returns trigger language plpgsql as $$
begin
    with numbers as materialized (
        select event_id, change_number(event_id) as seq from (select distinct event_id from changed) d
    )
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select c.organizer_id, c.event_id, 7, uuid_send(c.device_id) || uuid_send(c.fact_id), n.seq
    from changed c join numbers n using (event_id)
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;
    return null;
end $$;

create or replace function feed_stamp_tickets() returns trigger language plpgsql as $$
begin
    with numbers as materialized (
        select event_id, change_number(event_id) as seq from (select distinct event_id from changed) d
    )
    insert into feed_entries (organizer_id, event_id, kind, id, seq)
    select c.organizer_id, c.event_id, 5, int8send(c.id), n.seq
    from changed c join numbers n using (event_id)
    on conflict (organizer_id, event_id, kind, id) do update set seq = excluded.seq;

    insert into feed_checksums as sums (organizer_id, event_id, kind, rows, xor)
    select organizer_id, event_id, 5, count(*),
           bit_xor(ticket_hash(id, type_no, window_no, key_id, status, home_gate))
    from changed group by organizer_id, event_id
    on conflict (organizer_id, event_id, kind)
    do update set rows = sums.rows + excluded.rows, xor = sums.xor # excluded.xor;
    return null;
end $$;
