-- Which life of the server's database acknowledged what is acknowledged here; null before the first session that said it.
alter table sync_state add column life integer;
