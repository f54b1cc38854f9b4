-- What guests left at tills, sealed: named by the till's journal, brought beside it, in whichever order. Additive: older binaries
-- still work, and leave such orders without a buyer until a newer one names them.
create table till_contacts (
    organizer_id uuid not null references organizers,
    device_id uuid not null,
    -- Random, drawn by the till.
    id uuid not null,
    -- What the journal says of it; null until it came.
    journal_id uuid,
    seq bigint,
    sale_id uuid,
    hash bytea,
    -- The sealed bytes; null until they came, and as soon as they were used. Erased after 30 days in any case.
    sealed bytea,
    received_ms bigint,
    state text not null default 'waiting' check (state in ('waiting', 'opened', 'refused', 'erased')),
    primary key (organizer_id, device_id, id)
);
create index till_contacts_waiting on till_contacts (organizer_id, device_id, id)
    where state = 'waiting' and sale_id is not null and sealed is not null;
create index till_contacts_received on till_contacts (received_ms) where sealed is not null;
create index till_contacts_refused on till_contacts (organizer_id, journal_id) where state = 'refused';
