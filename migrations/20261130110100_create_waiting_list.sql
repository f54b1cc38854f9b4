-- Who waits for places of a type that is sold out. Their turn comes in the order in which they confirmed their address; what is
-- offered is an order that is held, as any other.
create table waiting_list (
    organizer_id uuid not null,
    event_id uuid not null,
    id uuid not null unique,
    type_no integer not null,
    places integer not null check (places between 1 and 100),
    email text not null,
    language text not null,
    -- asked: the address is not confirmed. waiting: in the line. offered: `order_id` is held for them. done: that is paid, or was
    -- not taken in time. left: by their own will.
    state text not null check (state in ('asked', 'waiting', 'offered', 'done', 'left')),
    asked_ms bigint not null,
    joined_ms bigint,
    order_id uuid,
    primary key (organizer_id, event_id, id),
    foreign key (organizer_id, event_id, type_no) references ticket_types (organizer_id, event_id, no),
    constraint waiting_list_joined check (state in ('asked', 'left') or joined_ms is not null),
    constraint waiting_list_offer check (state not in ('offered', 'done') or order_id is not null)
);
create unique index waiting_list_one_place on waiting_list (organizer_id, event_id, type_no, lower(email))
    where state in ('asked', 'waiting', 'offered');
create index waiting_list_line on waiting_list (organizer_id, event_id, type_no, joined_ms, id) where state = 'waiting';
create index waiting_list_offers on waiting_list (order_id) where order_id is not null;
create index waiting_list_offered on waiting_list (organizer_id, event_id) where state = 'offered';

-- Of so many free places of a type, those that anybody may take: none while there are enough for somebody in the line.
create function free_for_all(organizer uuid, event uuid, type integer, free integer) returns integer language sql stable as $$
    select case when free > 0 and exists (
        select from waiting_list w
        where w.organizer_id = organizer and w.event_id = event and w.type_no = type and w.state = 'waiting' and w.places <= free
    ) then 0 else free end
$$;
