-- Facts of a kind or envelope version that the program which took them did not know. They are kept and relayed as they are;
-- a program that knows them reads them, and only then may what is read from the bytes be put beside them. Additive.

create table unread_facts (
    organizer_id uuid not null,
    event_id uuid not null,
    journal_id uuid not null,
    seq bigint not null,
    device_id uuid not null,
    -- Of the envelope: its first byte.
    version smallint not null,
    -- The number of its kind; null where that can't be read yet, 0 where it breaks the rules of its version.
    kind integer,
    primary key (organizer_id, event_id, journal_id, seq),
    foreign key (organizer_id, event_id, journal_id, seq) references facts
);
create index unread_facts_device on unread_facts (organizer_id, event_id, device_id);

-- Until now such facts were stored without a word; 1 to 9, 11 and 12 are the kinds that were known.
insert into unread_facts (organizer_id, event_id, journal_id, seq, device_id, version, kind)
select organizer_id, event_id, journal_id, seq, device_id, get_byte(envelope, 0), nullif(kind, 0)
from facts where kind not between 1 and 12 or kind = 10;

drop trigger facts_only_grow on facts;
create trigger facts_only_grow before delete on facts for each statement execute function facts_only_grow();

-- Of a fact that was not read, what is read from its bytes may be written, and nothing else.
create function facts_are_read_once() returns trigger language plpgsql as $$
begin
    if (new.organizer_id, new.event_id, new.journal_id, new.seq, new.device_id, new.hash, new.envelope, new.received_ms)
       is distinct from
       (old.organizer_id, old.event_id, old.journal_id, old.seq, old.device_id, old.hash, old.envelope, old.received_ms)
       or not exists (
           select from unread_facts u where u.organizer_id = old.organizer_id and u.event_id = old.event_id
           and u.journal_id = old.journal_id and u.seq = old.seq) then
        raise exception 'facts are never changed or dropped (invariant A2)';
    end if;
    return new;
end $$;
create trigger facts_are_read_once before update on facts for each row execute function facts_are_read_once();
