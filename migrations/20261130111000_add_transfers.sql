-- A ticket that goes to somebody else is revoked, and they get a new one in its place: in an order of their own, with their own
-- link, which costs nothing. The money stays with the order that paid.

alter table orders
    -- Whose money paid its tickets, where that is not its own; always the first in a chain.
    add column given_by uuid;
create index orders_given on orders (organizer_id, event_id, given_by) where given_by is not null;

alter table tickets
    -- The revoked ticket whose place it has.
    add column replaces bigint;
create unique index tickets_replaces on tickets (organizer_id, event_id, replaces) where replaces is not null;
