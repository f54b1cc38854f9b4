-- Orders of the store whose tickets were handed out on paper at a till. Additive: older binaries still work, and hand out nothing.

create table collections (
    organizer_id uuid not null,
    event_id uuid not null,
    order_id uuid not null,
    -- The fact in the till's journal that says so: named before it is written, so that an answer that was lost is given again.
    fact_id uuid not null,
    device_id uuid not null,
    -- The tickets were printed before, and this print says so.
    duplicate boolean not null,
    collected_ms bigint not null,
    primary key (organizer_id, event_id, order_id, fact_id),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id)
);
-- Handed out once; what follows are duplicates.
create unique index collections_first on collections (organizer_id, event_id, order_id) where not duplicate;
