-- People who may decide against the rules at doors, each by a PIN. Additive: older binaries still work.

create table supervisors (
    organizer_id uuid not null references organizers,
    -- As facts name the person: the account's id, or an id of its own for somebody without a log-in.
    person_id uuid not null,
    account_id uuid check (account_id = person_id),
    -- As the person is called at doors.
    name text not null,
    -- Argon2id in PHC form; the PIN is shown nowhere.
    pin_hash text not null,
    pin_set_ms bigint not null,
    primary key (organizer_id, person_id),
    -- Whoever is no member any more supervises nobody's doors.
    foreign key (organizer_id, account_id) references memberships on delete cascade
);

-- What devices are told, and ask by. Moves with each change of the list, above the versions of the signed objects.
create table supervisor_lists (
    organizer_id uuid primary key references organizers,
    version bigint not null
);
