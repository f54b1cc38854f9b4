-- What tills sold, as orders with payments, tickets and ledger entries. Additive: older binaries still work, and leave tills' journals
-- to a newer one, which makes orders of what came meanwhile.

-- All sales and refunds up to here are orders and refunds; the journal's facts follow.
alter table till_journals
    add column made_through bigint not null default 0,
    -- When people were told of its fork.
    add column fork_told_ms bigint;
create index till_journals_to_make on till_journals (organizer_id, id) where made_through < head_seq;

-- A till sells up to 400 tickets on one line.
alter table order_lines drop constraint order_lines_quantity_check,
    add constraint order_lines_quantity_check check (quantity between 1 and 400);

-- What a till took lies in its drawer: it is the organizer's already, and nobody's provider or platform has to do with it.
alter table ledger drop constraint ledger_kind_check,
    add constraint ledger_kind_check
        check (kind in ('sale', 'platform_fee', 'refund', 'platform_fee_returned', 'till_sale', 'till_refund'));

-- Of a till's: the fact that says so, by what, and who had the till. Provider 'till'.
alter table payments
    add column till_journal uuid,
    add column till_seq bigint,
    add column means text check (means in ('cash', 'card', 'cheque', 'voucher')),
    add column voucher integer,
    add column clerk_id uuid;
create index payments_till on payments (organizer_id, till_journal, till_seq) where till_journal is not null;
alter table refunds
    add column till_journal uuid,
    add column till_seq bigint,
    add column means text check (means in ('cash', 'card', 'cheque', 'voucher')),
    add column voucher integer,
    add column clerk_id uuid;
create index refunds_till on refunds (organizer_id, till_journal, till_seq) where till_journal is not null;

-- Orders that were made of a till's sale: one for each event in it.
create table till_orders (
    organizer_id uuid not null,
    event_id uuid not null,
    order_id uuid not null,
    device_id uuid not null,
    journal_id uuid not null,
    -- The sale's place in the journal, and its fact.
    seq bigint not null,
    sale_id uuid not null,
    receipt bigint not null,
    clerk_id uuid,
    sold_ms bigint not null,
    primary key (organizer_id, event_id, order_id),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id),
    foreign key (organizer_id, journal_id) references till_journals,
    unique (organizer_id, device_id, sale_id, event_id)
);
create index till_orders_journal on till_orders (organizer_id, journal_id, seq);

-- The tickets that a till says it sold in such an order.
create table till_sale_tickets (
    organizer_id uuid not null,
    event_id uuid not null,
    order_id uuid not null,
    ticket_id bigint not null,
    line_no integer not null,
    -- shared::fact::till::PriceReason.
    reason smallint not null,
    -- Not in tickets: not lent to that till, as far as is known here.
    waiting boolean not null default true,
    -- The place in the journal of the refund that took it back.
    back_seq bigint,
    primary key (organizer_id, event_id, order_id, ticket_id),
    foreign key (organizer_id, event_id, order_id) references till_orders
);
create index till_sale_tickets_ticket on till_sale_tickets (organizer_id, event_id, ticket_id);
create index till_sale_tickets_waiting on till_sale_tickets (organizer_id, event_id) where waiting;

-- Parts of a till's sales and refunds of which no order or refund could be made: money that a person has to look after.
create table till_unmade (
    organizer_id uuid not null,
    journal_id uuid not null,
    seq bigint not null,
    -- The nil UUID where none is known.
    event_id uuid not null,
    why text not null check (why in ('unknown_event', 'other_currency', 'unknown_sale', 'refunded_before')),
    amount_minor bigint not null,
    primary key (organizer_id, journal_id, seq, event_id, why),
    foreign key (organizer_id, journal_id) references till_journals
);

-- Its place is in the common stock again, since it was taken back after it was sold.
alter table leased_tickets add column freed boolean not null default false;
