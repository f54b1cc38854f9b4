-- The closings of tills, as they state them and as they were added up again. Additive: older binaries compare nothing, and a newer
-- one compares what came meanwhile.

-- All closings up to here were compared.
alter table till_journals add column compared_through bigint not null default 0;
create index till_journals_to_compare on till_journals (organizer_id, id) where compared_through < made_through;
create index till_journals_to_tell on till_journals (organizer_id, id) where forked_ms is not null and fork_told_ms is null;

create table till_closings (
    organizer_id uuid not null,
    journal_id uuid not null,
    seq bigint not null,
    device_id uuid not null,
    kind text not null check (kind in ('shift', 'day', 'month', 'year')),
    -- Of a shift its Z's number; of a period 2026-11-28, 2026-11 or 2026.
    name text not null,
    -- It states what stands between the two places.
    from_seq bigint not null,
    from_ms bigint not null,
    until_ms bigint not null,
    clerk_id uuid,
    -- Of a shift: what should have been in the drawer, and by how much it was off.
    expected_minor bigint,
    difference_minor bigint,
    currency text not null,
    perpetual_sold bigint not null,
    perpetual_refunded bigint not null,
    -- As stated.
    totals jsonb not null,
    -- The first rule of the books that the journal breaks, at or before this closing and after the one before; null = none.
    broken text,
    broken_seq bigint,
    -- Where it differs from its facts or from the orders made of them, both figures each.
    differences jsonb not null default '[]',
    compared_ms bigint not null,
    primary key (organizer_id, journal_id, seq),
    foreign key (organizer_id, journal_id) references till_journals
);
create index till_closings_time on till_closings (organizer_id, until_ms desc, journal_id, seq desc);
