-- Ends a statement that took places of fewer types than were `wanted`: error TH002 with the number of the first of
-- them that was not `taken`. Then the whole statement did nothing.
create function all_taken(wanted integer[], taken integer[]) returns boolean language plpgsql as $$
declare
    missing integer := (select min(no) from unnest(wanted) as w (no) where no <> all (taken));
begin
    if missing is not null then
        raise exception '%', missing using errcode = 'TH002';
    end if;
    return true;
end $$;
