-- What attendance counts by stands beside the facts, so that counting reads no envelopes; what a device calls itself;
-- indexes of the feed's first page and of issued tickets. Additive: older binaries still work.

-- Of an entry, exit, override or refusal. amount: how many codes a refusal sums up; 0 for all else.
alter table facts
    add column gate_no integer,
    add column reason smallint,
    add column amount integer not null default 0;
create index facts_refusals on facts (organizer_id, event_id, reason, gate_no) where kind in (4, 5);
create index facts_issued on facts (organizer_id, event_id) where kind = 9;

-- The gate of each entry and exit that counts.
alter table ticket_states
    add column entry_gates integer[] not null default '{}',
    add column exit_gates integer[] not null default '{}';

create index tickets_barred on tickets (organizer_id, event_id) where status <> 0;
create index journals_device on journals (organizer_id, device_id);

-- What the device that started calls itself, shown to the organizer beside the offer's own name.
alter table device_offers add column claimed_name text not null default '';

-- Signed with the object.
alter table signed_objects add column issued_ms bigint not null default 0;
