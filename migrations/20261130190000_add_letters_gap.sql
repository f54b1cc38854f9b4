-- After a restore: letters of tills that may have been given by what was lost. New ones are given from there on.
alter table organizers add column letters_from integer not null default 0;
