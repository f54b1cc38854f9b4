-- What an organizer allows of an event that is on sale or sold out. An event without a row has the defaults. No device is
-- told of it, so that a change of it is none of the event's feed.
create table event_terms (
    organizer_id uuid not null,
    event_id uuid not null,
    -- Whether one can wait for places of a type that is sold out.
    waiting_list boolean not null default true,
    -- How long places are held for whoever is next.
    offer_minutes integer not null default 120 check (offer_minutes between 10 and 2880),
    -- Until so many hours before doors; null = never, 0 = until doors open.
    refund_hours integer check (refund_hours between 0 and 8760),
    transfer_hours integer default 0 check (transfer_hours between 0 and 8760),
    rename_hours integer default 0 check (rename_hours between 0 and 8760),
    -- Kept of each ticket that a buyer gives back.
    refund_fee_minor bigint not null default 0 check (refund_fee_minor between 0 and 1000000),
    primary key (organizer_id, event_id),
    foreign key (organizer_id, event_id) references events (organizer_id, id)
);
