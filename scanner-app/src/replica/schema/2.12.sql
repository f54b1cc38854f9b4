-- What the organizer tells its tills: shared::wire::latest::TillTerms as JSON.
create table till_terms (
    only_row integer primary key check (only_row = 1),
    terms text not null,
    -- What of it this till's journal knows of.
    noted blob
);

-- What guests left, sealed for the server, until it has it: nothing here opens them.
create table till_contact (
    -- Random; the till's journal names it.
    id blob primary key,
    sealed blob not null,
    made_ms integer not null
);

-- Who the tickets of a job are for, sealed; gone once they are on paper.
alter table print_job add column holder blob;
