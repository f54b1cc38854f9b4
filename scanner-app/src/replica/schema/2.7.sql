-- Places that this till may sell: the ticket of each, sealed, with its number and the price at which it was leased. What became
-- of a place its facts say (`issued`, `right_move`), not this row.
create table leased_ticket (
    event integer not null,
    ticket integer not null,
    type_no integer not null,
    -- Letters: those of the till that was lent it first.
    series text not null,
    number integer not null,
    price_minor integer not null,
    vat_basis_points integer not null,
    token blob not null,
    primary key (event, ticket)
) without rowid;
create index leased_ticket_order on leased_ticket (event, type_no, number);

-- What the server said last of an event's sale: this till's letters, the currency, and the types as JSON.
create table till_event (
    event integer primary key,
    series text not null,
    currency text not null,
    types text not null,
    said_ms integer not null
);
