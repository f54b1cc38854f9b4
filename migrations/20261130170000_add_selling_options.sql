-- What a type asks besides its price, and an optional gift with an order. Additive; an older binary would show and sell a
-- type that has an access code to everybody, so bring all servers up before the first is set.

alter table ticket_types
    -- Not shown and not sold without it; in capitals.
    add column access_code text check (length(access_code) between 3 and 40 and access_code = upper(access_code)),
    add column min_per_order integer not null default 1 check (min_per_order between 1 and 100),
    -- From so many places of the type in one order on, each costs this.
    add column group_from integer check (group_from between 2 and 100),
    add column group_price_minor bigint check (group_price_minor >= 0),
    -- Goes only with a place of a type that stands by itself.
    add column needs_other boolean not null default false,
    add constraint ticket_types_group_whole check ((group_from is null) = (group_price_minor is null));

-- Whether buyers are asked for a gift to the organizer.
alter table events add column asks_donation boolean not null default false;

-- Part of the total: without ticket and without VAT.
alter table orders add column donation_minor bigint not null default 0 check (donation_minor >= 0);

alter table ledger drop constraint ledger_kind_check;
alter table ledger add constraint ledger_kind_check
    check (kind in ('sale', 'donation', 'platform_fee', 'refund', 'donation_returned', 'platform_fee_returned', 'till_sale', 'till_refund'));
