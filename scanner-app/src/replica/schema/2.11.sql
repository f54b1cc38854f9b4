-- Tickets of orders of the store that are being printed here: what stands on them, sealed, by the till's fact that says so. Gone once
-- their paper is out, or nobody waits for it any more.
create table handed_out (
    fact blob primary key,
    sealed blob not null
) without rowid;
