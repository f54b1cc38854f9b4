-- Uses of promo codes that tills asked for. Additive: older binaries still work, and answer no till.

create table till_promotions (
    organizer_id uuid not null,
    device_id uuid not null,
    -- The fact in the till's journal that says that it was used: named before it is written, so that an answer that was lost is
    -- given again.
    fact_id uuid not null,
    event_id uuid not null,
    promo_id uuid not null,
    -- SHA-256 of what was asked.
    request_hash bytea not null,
    -- What was answered.
    answer jsonb not null,
    -- The till uses it in no fact that is later.
    expires_ms bigint not null,
    -- 'lapsed': the till's journal passed that time without it. A use is counted in promo_codes.taken while it is 'taken' or 'used'.
    state text not null default 'taken' check (state in ('taken', 'used', 'given_up', 'lapsed')),
    primary key (organizer_id, device_id, fact_id),
    foreign key (organizer_id, promo_id) references promo_codes (organizer_id, id)
);
create index till_promotions_taken on till_promotions (organizer_id, device_id, expires_ms) where state = 'taken';
