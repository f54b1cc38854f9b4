-- As begin_change, if nothing was written to the event since its number was `expected` and nobody is about to: null
-- otherwise, at once, and no number is taken. Where the transaction has a number already, nobody else can have written.
create function begin_change_after(organizer uuid, event uuid, expected bigint) returns bigint language plpgsql as $$
declare
    changes jsonb := coalesce(nullif(current_setting('tickethub.changes', true), ''), '{}')::jsonb;
    taken bigint := (changes ->> event::text)::bigint;
begin
    if taken is not null then
        return taken;
    end if;
    perform from feeds where organizer_id = organizer and event_id = event and head = expected for update skip locked;
    if not found then
        return null;
    end if;
    update feeds set head = head + 1 where organizer_id = organizer and event_id = event returning head into taken;
    perform set_config('tickethub.changes', (changes || jsonb_build_object(event::text, taken))::text, true);
    return taken;
end $$;
