-- Which life of this database it is: another random number after each restore from a backup. Devices are told when they open a
-- session, since one that may pull no roster any more learns in no other way that acknowledged facts are gone.
create table database_life (
    only_row boolean primary key default true check (only_row),
    life bigint not null check (life >= 0)
);
insert into database_life (life) values (0);
