-- Reduced rates at tills: what a place of a type costs for a reason (shared::fact::till::PriceReason). A group's price is the type's,
-- `ticket_types.group_from`. Additive.
create table till_rates (
    organizer_id uuid not null,
    event_id uuid not null,
    type_no integer not null,
    reason smallint not null check (reason in (1, 2, 3, 4, 5, 7, 8, 9)),
    price_minor bigint not null check (price_minor between 1 and 1000000),
    primary key (organizer_id, event_id, type_no, reason),
    foreign key (organizer_id, event_id, type_no) references ticket_types (organizer_id, event_id, no)
);
