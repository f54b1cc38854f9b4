-- What takes something off an order's price for whoever knows its word. Additive: older binaries sell without codes; they
-- neither take nor free uses, so bring all servers up before the first code is made.

create table promo_codes (
    organizer_id uuid not null references organizers,
    id uuid not null unique,
    -- null = all events of the organizer.
    event_id uuid,
    -- In capitals: nobody is asked how they wrote it.
    code text not null check (length(code) between 3 and 40 and code = upper(code)),
    -- One of the two.
    percent_basis_points integer check (percent_basis_points between 1 and 10000),
    amount_minor bigint check (amount_minor > 0),
    -- Of the amount and of the minimum.
    currency text not null check (currency in ('EUR', 'GBP', 'CHF')),
    -- Type numbers of the event; empty = all.
    types integer[] not null default '{}',
    minimum_minor bigint not null default 0 check (minimum_minor >= 0),
    from_ms bigint,
    until_ms bigint,
    -- Orders in all, and of one person; null = as many as come.
    most_uses integer check (most_uses > 0),
    most_per_person integer check (most_per_person > 0),
    -- For people who never bought of this organizer.
    first_order boolean not null default false,
    -- Orders that have it: held or paid ones, refunded ones too.
    taken integer not null default 0 check (taken >= 0),
    ended_ms bigint,
    created_ms bigint not null,
    primary key (organizer_id, id),
    foreign key (organizer_id, event_id) references events (organizer_id, id),
    constraint promo_codes_one_kind check ((percent_basis_points is null) <> (amount_minor is null)),
    constraint promo_codes_types_of_one_event check (types = '{}' or event_id is not null),
    constraint promo_codes_dates_in_order check (from_ms < until_ms),
    constraint promo_codes_not_overused check (taken <= most_uses)
);
-- A word means one thing at a time.
create unique index promo_codes_word on promo_codes
    (organizer_id, coalesce(event_id, '00000000-0000-0000-0000-000000000000'::uuid), code) where ended_ms is null;

alter table orders
    add column promo_id uuid,
    -- The word as it was then.
    add column promo_code text,
    -- What it took off the total.
    add column discount_minor bigint not null default 0 check (discount_minor >= 0),
    add constraint orders_promo_has_word check ((promo_id is null) = (promo_code is null)),
    add foreign key (organizer_id, promo_id) references promo_codes (organizer_id, id);
create index orders_promo on orders (promo_id) where promo_id is not null;
-- Who has bought of an organizer before.
create index orders_bought_by on orders (organizer_id, lower(email)) where paid_ms is not null;

alter table order_lines
    -- The line's part of the discount: its places cost unit_minor * quantity - discount_minor together.
    add column discount_minor bigint not null default 0
        check (discount_minor between 0 and unit_minor * quantity);
