-- Tickets that were exchanged at a till pay for others: a means that is no money. Additive: an older binary that meets the word takes it
-- for a voucher, until a newer one reads it again.
alter table payments drop constraint payments_means_check,
    add constraint payments_means_check check (means in ('cash', 'card', 'cheque', 'voucher', 'exchange'));
alter table refunds drop constraint refunds_means_check,
    add constraint refunds_means_check check (means in ('cash', 'card', 'cheque', 'voucher', 'exchange'));
