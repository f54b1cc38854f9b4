-- Journals of this device as a till: of the organizer, not of an event. At most one is open.
create table till_journal (
    no integer primary key,
    id blob not null unique,
    -- shared::fact::kind::OpeningCause
    cause integer not null,
    -- Set once nothing more is written to it: the cause of the one after it.
    closed_cause integer,
    -- The last place that is known of it, here or anywhere.
    last_seq integer not null,
    last_hash blob not null,
    -- What its numbers had come to there, as JSON, if that is not here: an old replica was put back.
    noted text,
    acked_through integer not null default 0,
    -- Why the server takes nothing of it now.
    parked text
);

-- Its facts, as signed. Only added to (A2).
create table till_fact (
    no integer primary key,
    journal blob not null,
    seq integer not null,
    hash blob not null,
    fact_id blob not null,
    envelope blob not null
);
create unique index till_fact_place on till_fact (journal, seq);
create index till_fact_id on till_fact (fact_id);
create trigger till_fact_unchanged before update on till_fact begin
    select raise(abort, 'facts are never changed (A2)');
end;
create trigger till_fact_kept before delete on till_fact begin
    select raise(abort, 'facts are never dropped (A2)');
end;

-- What is to be printed of a sale. Written with the sale, so that after a crash it is known what was not handed over.
create table print_job (
    no integer primary key,
    -- The sale, refund or reprint: its fact's id.
    fact blob not null,
    what text not null,
    duplicate integer not null default 0,
    state text not null default 'waiting',
    changed_ms integer not null
);
create index print_job_fact on print_job (fact);
