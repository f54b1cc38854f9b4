-- As before, in one statement instead of two: it is a part of every entry and of every batch of tickets.
create or replace function begin_change_after(organizer uuid, event uuid, expected bigint) returns bigint language plpgsql as $$
declare
    changes jsonb := coalesce(nullif(current_setting('tickethub.changes', true), ''), '{}')::jsonb;
    taken bigint := (changes ->> event::text)::bigint;
begin
    if taken is not null then
        return taken;
    end if;
    update feeds set head = head + 1
    where ctid = (select f.ctid from feeds f
                  where f.organizer_id = organizer and f.event_id = event and f.head = expected
                  for update skip locked)
    returning head into taken;
    if taken is not null then
        perform set_config('tickethub.changes', (changes || jsonb_build_object(event::text, taken))::text, true);
    end if;
    return taken;
end $$;
