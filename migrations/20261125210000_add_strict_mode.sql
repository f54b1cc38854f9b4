-- Strict mode: each ticket's right of entry is lent to one door, and moves only by the doors' own facts, or when a door was
-- declared lost. Additive: older binaries still work, and publish no rights.

alter table events
    add column strict boolean not null default false,
    -- When an organizer opened the doors: from then on rights are lent.
    add column rights_lent_ms bigint;

-- After a restore: what was moved since the backup may not be here. Nothing is lent until an organizer says `go_on`.
alter table feeds add column rights_on_hold boolean not null default false;

-- The door released its share and gets no other until the doors are opened again.
alter table device_events add column gave_share_back boolean not null default false;

-- Of each ticket the grant that counts, as the signed list has it, and what the facts made of it.
create table entry_rights (
    organizer_id uuid not null,
    event_id uuid not null,
    ticket_id bigint not null,
    -- Granted to.
    device_id uuid not null,
    -- The version of the signed list that first had the grant.
    term bigint not null,
    cause text not null check (cause in ('first', 'released', 'lost')),
    -- Facts of the ticket that its holder must know: device and fact id, 32 bytes each.
    after bytea[] not null default '{}',
    -- Who has it by now; null = its last holder released it.
    holder_id uuid,
    -- A holder took one step twice: the guarantee is void.
    contested boolean not null default false,
    primary key (organizer_id, event_id, ticket_id)
);
create index entry_rights_holder on entry_rights (organizer_id, event_id, holder_id);

-- Which facts (kinds 11 and 12) moved which ticket's right of entry: they name up to 300 each.
create table entry_right_moves (
    organizer_id uuid not null,
    event_id uuid not null,
    ticket_id bigint not null,
    journal_id uuid not null,
    seq bigint not null,
    primary key (organizer_id, event_id, ticket_id, journal_id, seq)
);
