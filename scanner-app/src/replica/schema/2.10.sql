-- The places of all tills' leases, one by one, so that selling one does not read the whole signed list: the list's rows, and
-- nothing that it doesn't say.
create table stock_lease (
    no integer primary key,
    -- Of the lease as the list has it: one that is here is not written again.
    hash blob not null unique,
    event blob not null,
    -- shared::lease::Lease as JSON, without its tickets.
    row text not null
);
create table stock_place (
    ticket integer not null,
    lease integer not null,
    primary key (ticket, lease)
) without rowid;

-- Whether facts that are here say that a place is no more for sale: 1 = it was sold, 2 = another till has it. Kept so that
-- the ones that are left are found among those that are gone.
alter table leased_ticket add column gone integer not null default 0;
update leased_ticket set gone = 1 where exists (select 1 from issued where issued.ticket = leased_ticket.ticket);
create index leased_ticket_left on leased_ticket (event, type_no, series, number) where gone = 0;
create index leased_ticket_gone on leased_ticket (event, gone, type_no);

-- Where a till's journal has its sales and refunds, by receipt, sale and ticket: they are read from their facts.
create table till_receipt (
    journal blob not null,
    seq integer not null,
    receipt integer not null,
    -- The sale: this one, or the one of which something was taken back.
    sale blob not null,
    clerk blob not null,
    is_refund integer not null,
    primary key (journal, seq)
) without rowid;
create index till_receipt_sale on till_receipt (journal, sale, seq);
create index till_receipt_number on till_receipt (journal, receipt);
create table till_ticket (
    journal blob not null,
    ticket integer not null,
    -- The sale's place.
    seq integer not null,
    primary key (journal, ticket, seq)
) without rowid;
