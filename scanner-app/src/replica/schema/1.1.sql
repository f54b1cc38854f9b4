-- Each journal that is here, of this device and of others: how far it goes on from its first place.
create table held_journal (
    id blob primary key,
    event integer not null,
    device blob not null,
    -- The last fact of the branch that was here first.
    seq integer not null,
    hash blob not null,
    -- 1: facts of another branch are here, too.
    forked integer not null default 0
) without rowid;
create index held_journal_event on held_journal (event);

insert or ignore into held_journal (id, event, device, seq, hash)
with recursive chain (journal, event, device, seq, hash) as (
    select journal, event, device, seq, hash from fact where seq = 1
    union all
    select fact.journal, fact.event, fact.device, fact.seq, fact.hash
    from chain join fact on fact.journal = chain.journal and fact.seq = chain.seq + 1
    where substr(fact.envelope, 27, 32) = chain.hash
)
select journal, event, device, max(seq), hash from chain group by journal;
update held_journal set forked = 1
where id in (select journal from fact group by journal, seq having count(*) > 1);

-- Facts heard from other devices that the server is not known to have.
create table carried (fact integer primary key, heard_ms integer not null);

-- The key that this device shows its peers, sealed, and the organizer's word that it is this device's.
create table peer_key (
    only_row integer primary key check (only_row = 1),
    sealed_key blob not null,
    public_key blob not null,
    certificate blob,
    issued_ms integer
);

-- Where other devices of the organizer may be reached: `device` is null while only an address is known.
create table peer_address (
    address text not null,
    device blob,
    -- The server's hint, heard on the network, shown on a screen, typed.
    source text not null,
    heard_ms integer not null,
    reached_ms integer,
    primary key (address)
) without rowid;

-- What a person is told of the other devices.
create table peer (
    device blob primary key,
    state text not null,
    seen_ms integer
) without rowid;

-- Where this device itself may be reached.
create table own_address (address text primary key) without rowid;
