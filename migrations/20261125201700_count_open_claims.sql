-- How many claims of a device wait for their entries, but for the one that is asked about. Requests of one device that come at
-- once are counted one after the other: each waits here until the one before has committed, and counts with a snapshot of its
-- own, which a query of a volatile function has. So the limit holds exactly, on any number of servers.
create function open_claims(organizer uuid, device uuid, event uuid, ticket bigint, fact uuid, now_ms bigint)
    returns bigint language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('claims ' || device, 0));
    return (
        select count(*) from claims c
        where c.organizer_id = organizer and c.device_id = device and c.lapses_ms > now_ms
          and (c.event_id, c.ticket_id, c.fact_id) <> (event, ticket, fact)
          and not exists (select from facts f where f.organizer_id = organizer and f.event_id = c.event_id
                          and f.device_id = device and f.fact_id = c.fact_id)
    );
end $$;
