-- Places that this till asked another for. A question whose answer is not on the disk is asked again as it was: it may have
-- been answered.
create table place_ask (
    asked_for blob primary key,
    event integer not null,
    type_no integer not null,
    -- The till that was asked.
    lender blob not null,
    places integer not null
) without rowid;
