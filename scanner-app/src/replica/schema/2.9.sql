-- shared::wire::latest::StockPaper as JSON; empty until the server said it.
alter table till_event add column paper text not null
    default '{"organizer":"","licence":null,"venue":"","street":"","city":""}';

-- Words of what is printed.
alter table print_job add column language text not null default 'fr';
-- Of a failed job: why, and whether something of it may be on paper.
alter table print_job add column trouble text;
alter table print_job add column began integer not null default 0;
-- The job that prints the same in its place, as a duplicate: this one is over.
alter table print_job add column replaced_by integer;

-- The printers of this till: 'tickets', and 'papers' for receipts and reports.
create table printer (
    prints text primary key,
    address text not null,
    speaks text not null
) without rowid;
