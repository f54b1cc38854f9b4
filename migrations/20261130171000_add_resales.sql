-- Tickets that their buyers offer to whoever waits for places, and until when an event lets them.
alter table event_terms add column resale_hours integer check (resale_hours between 0 and 8760);

create table resales (
    organizer_id uuid not null,
    event_id uuid not null,
    id uuid not null unique,
    ticket_id bigint not null,
    type_no integer not null,
    -- open: nobody has it, the ticket is good. offered: the ticket is blocked and its place held by `offer_id`. back: that was not
    -- paid, the place is the ticket's again, which is to be unblocked. sold: that was paid, the money is to go back by
    -- `refund_id`. done: it went. unpaid: the bank refuses it. withdrawn: by its holder. ended: the ticket ended otherwise.
    state text not null check (state in ('open', 'offered', 'back', 'sold', 'done', 'unpaid', 'withdrawn', 'ended')),
    -- When the offer that is out comes back, its holder keeps the ticket.
    stops boolean not null default false,
    offer_id uuid,
    refund_id uuid not null,
    -- What goes back: what the ticket cost, or what its new holder pays where that is less.
    back_minor bigint check (back_minor >= 0),
    asked_ms bigint not null,
    primary key (organizer_id, event_id, id),
    foreign key (organizer_id, event_id, ticket_id) references tickets (organizer_id, event_id, id),
    constraint resales_offer check (state not in ('offered', 'back', 'sold', 'done', 'unpaid') or offer_id is not null),
    constraint resales_back check (state not in ('sold', 'done', 'unpaid') or back_minor is not null)
);
create unique index resales_one on resales (organizer_id, event_id, ticket_id)
    where state in ('open', 'offered', 'back', 'sold', 'unpaid');
create index resales_line on resales (organizer_id, event_id, type_no, asked_ms, id) where state = 'open';
create index resales_offers on resales (offer_id) where state = 'offered';
create index resales_to_do on resales (state) where state in ('back', 'sold');
