-- Tickets without a price are given back too: a refund of 0 ends tickets and moves no money.
alter table refunds drop constraint refunds_amount_minor_check;
alter table refunds add constraint refunds_amount_minor_check check (amount_minor >= 0);
