-- Names, only on a device that may search. Each event's are sealed under a key of their own, which is sealed itself: who drops
-- the key has wiped them all, whatever of the rows is left to be dropped.
create table summary_feed (
    -- One pull of the event's names from their beginning; never used twice.
    life integer primary key autoincrement,
    event integer not null unique,
    sealed_key blob not null,
    -- Of the server's feed; both null before the first page.
    epoch integer,
    cursor text,
    -- The last page said that nothing was missing.
    caught_up integer not null default 0,
    -- Moves with each page.
    change integer not null default 0
);
create table order_summary (
    life integer not null,
    id blob not null,
    change integer not null,
    sealed blob not null,
    primary key (life, id)
) without rowid;
create index order_summary_change on order_summary (life, change, id);

-- An entry is taken back by its id.
create index fact_own on fact (fact_id) where own = 1;
