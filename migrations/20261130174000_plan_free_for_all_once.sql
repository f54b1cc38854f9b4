-- The same answer as before. A function in SQL that looks into a table is parsed and planned anew by every statement that
-- calls it, which was two thirds of what reading an event for an order cost; one in PL/pgSQL is planned once a connection.
create or replace function free_for_all(organizer uuid, event uuid, type integer, free integer) returns integer language plpgsql stable as $$
begin
    if free > 0 and exists (
        select from waiting_list w
        where w.organizer_id = organizer and w.event_id = event and w.type_no = type and w.state = 'waiting' and w.places <= free
    ) then
        return 0;
    end if;
    return free;
end $$;
