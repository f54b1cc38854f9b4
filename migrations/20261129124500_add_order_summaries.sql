-- The feed's second segment: orders by name, for devices that may search. Additive: older binaries still work, and what they
-- issue is found, since the number is stamped here.

alter table orders
    -- The organizer's, for who stands at the door.
    add column note text not null default '',
    -- The number of the event's change in which what a door finds of the order changed last; null before it is issued.
    add column summary_seq bigint;

-- No device has a cursor of this segment yet, so that any number up to the head will do.
update orders o set summary_seq = f.head from feeds f
where o.issued_ms is not null and f.organizer_id = o.organizer_id and f.event_id = o.event_id;

create index orders_summaries on orders (organizer_id, event_id, summary_seq, id) where summary_seq is not null;

-- Also the guard: outside begin_change there is no number, and change_number says so (F7).
create function feed_stamp_summary() returns trigger language plpgsql as $$
begin
    new.summary_seq := change_number(new.event_id);
    return new;
end $$;

create trigger feed_summary_insert before insert on orders for each row when (new.issued_ms is not null)
    execute function feed_stamp_summary();
-- Holds, payments and money set aside move no summary and need no number.
create trigger feed_summary_update before update on orders for each row
    when (new.issued_ms is not null
        and (old.issued_ms is null or (old.code, old.name, old.note, old.state) is distinct from (new.code, new.name, new.note, new.state)))
    execute function feed_stamp_summary();

create function feed_stamp_holder() returns trigger language plpgsql as $$
begin
    update orders set summary_seq = change_number(new.event_id)
    where organizer_id = new.organizer_id and event_id = new.event_id and id = new.order_id;
    return null;
end $$;
create trigger feed_holder_update after update on tickets for each row when (old.holder_name is distinct from new.holder_name)
    execute function feed_stamp_holder();

-- Since when a device may no longer search. `rights`, which the signed list tells all devices, keeps what it once had: the
-- fold asks for it, and who went in by hand before stays inside.
alter table devices add column search_withdrawn_ms bigint;
