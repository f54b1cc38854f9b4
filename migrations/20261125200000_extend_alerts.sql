-- The history of an alert gets rows of its own, which only grow; the feed's number of its last change is where a listener
-- resumes. Additive: an older binary goes on writing alerts, without telling listeners.

alter table alerts add column changed_seq bigint not null default 0;
create index alerts_changed on alerts (organizer_id, event_id, changed_seq, kind, subject);

create table alert_changes (
    organizer_id uuid not null,
    event_id uuid not null,
    kind text not null,
    subject text not null,
    -- The feed's number of the transaction that changed it; of changes before this schema their order.
    seq bigint not null,
    at_ms bigint not null,
    -- As it was from then on.
    detail jsonb not null,
    resolved boolean not null,
    -- Who said that it was dealt with, of alerts that no fact's annotation settles.
    noted_by uuid,
    primary key (organizer_id, event_id, kind, subject, seq)
);

insert into alert_changes (organizer_id, event_id, kind, subject, seq, at_ms, detail, resolved)
select a.organizer_id, a.event_id, a.kind, a.subject, h.no, (h.entry ->> 'at_ms')::bigint,
       h.entry - 'at_ms' - 'resolved', (h.entry ->> 'resolved')::boolean
from alerts a, jsonb_array_elements(a.detail -> 'history') with ordinality as h (entry, no);

update alerts set detail = detail - 'history';

create function alert_changes_only_grow() returns trigger language plpgsql as $$
begin
    raise exception 'the history of alerts is never changed or dropped';
end $$;
create trigger alert_changes_only_grow before delete on alert_changes
    for each statement execute function alert_changes_only_grow();
