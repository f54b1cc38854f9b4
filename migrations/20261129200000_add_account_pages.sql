-- Which program a log-in was made with, in a few words, for the list in which its owner ends it.
alter table sessions add column client text;

-- What guests bought, for whoever proves to read the mailbox that the tickets went to.
create index orders_of_guests on orders (lower(email)) where account_id is null and issued_ms is not null;
