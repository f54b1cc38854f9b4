-- People, organizers and log-ins. First schema: no older binary exists.
-- Times are unix milliseconds (bigint) everywhere: the same number in SQL, Rust and JSON (adr/0003).

create table organizers (
    id uuid primary key,
    name text not null,
    slug text not null unique,
    legal_name text not null,
    -- "licence d'entrepreneur de spectacles", printed on tickets.
    licence text,
    commission_basis_points integer not null default 500 check (commission_basis_points between 0 and 10000),
    -- Signs what peers may relay; pinned by devices at enrolment. The private half is sealed under the master key.
    root_key_public bytea not null check (length(root_key_public) = 32),
    root_key_sealed bytea not null,
    -- The server as an author of facts: a device of this organizer.
    server_device_id uuid not null unique,
    created_ms bigint not null
);

create table accounts (
    id uuid primary key,
    email text not null,
    email_verified_ms bigint,
    -- Argon2id in PHC form, or an imported bcrypt hash until the next log-in; null = no password yet.
    password_hash text,
    name text not null,
    language text not null default 'fr' check (language in ('fr', 'en', 'es', 'de', 'it')),
    is_platform_admin boolean not null default false,
    created_ms bigint not null,
    -- The person is gone; the row stays because orders name it.
    erased_ms bigint
);
create unique index accounts_email_unique on accounts (lower(email)) where erased_ms is null;

create table memberships (
    organizer_id uuid not null references organizers,
    account_id uuid not null references accounts,
    role text not null check (role in ('owner', 'manager', 'box_office', 'door', 'viewer')),
    created_ms bigint not null,
    primary key (organizer_id, account_id)
);
create index memberships_account on memberships (account_id);

create table sessions (
    id uuid primary key,
    account_id uuid not null references accounts,
    kind text not null check (kind in ('browser', 'api')),
    -- SHA-256 of a browser's opaque cookie; null for API tokens, which name the session by `sid`.
    token_hash bytea unique,
    csrf_secret bytea not null,
    created_ms bigint not null,
    expires_ms bigint not null,
    ended_ms bigint
);
create index sessions_account on sessions (account_id) where ended_ms is null;

-- Links sent by mail: single use.
create table account_links (
    token_hash bytea primary key,
    account_id uuid not null references accounts,
    purpose text not null check (purpose in ('verify', 'reset')),
    expires_ms bigint not null,
    used_ms bigint
);

-- Keys of the platform itself: API tokens, and a value that tells a wrong master key at start.
create table platform_keys (
    id integer primary key generated always as identity,
    purpose text not null check (purpose in ('api_token', 'master_check')),
    public bytea,
    sealed bytea not null,
    created_ms bigint not null,
    retired_ms bigint
);

-- A repeat of a request is answered from the resource's present state. `scope` = account or address.
create table idempotency_keys (
    scope text not null,
    key text not null,
    request_hash bytea not null,
    resource_id uuid not null,
    created_ms bigint not null,
    primary key (scope, key)
);

-- Mail leaves only from here, written in the transaction of what it tells.
create table outbox (
    id bigint primary key generated always as identity,
    -- One message for one cause, whatever is repeated.
    dedupe_key text not null unique,
    recipient text not null,
    language text not null,
    template text not null,
    payload jsonb not null,
    created_ms bigint not null,
    next_attempt_ms bigint not null,
    attempts integer not null default 0,
    sent_ms bigint,
    failed_ms bigint,
    last_error text
);
create index outbox_waiting on outbox (next_attempt_ms) where sent_ms is null and failed_ms is null;
