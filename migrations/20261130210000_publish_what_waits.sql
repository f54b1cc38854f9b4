-- Tickets are published of what the payer's server remembers: an order that does not wait for its tickets, because another
-- server was quicker or because the payment was lost with a PostgreSQL that died, takes the whole batch back.
create function all_wait(wanted integer, waiting bigint) returns boolean language plpgsql as $$
begin
    if waiting <> wanted then
        raise exception '% of % orders wait for their tickets', waiting, wanted using errcode = 'TH003';
    end if;
    return true;
end $$;
