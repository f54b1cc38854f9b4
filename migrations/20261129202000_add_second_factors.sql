-- A second step at the log-in.
create table second_factors (
    account_id uuid primary key references accounts,
    -- What the app shares with the server (RFC 6238), sealed under the master key.
    secret_sealed bytea not null,
    created_ms bigint not null,
    -- Null until the app has shown to know the secret: nothing is asked at the log-in before.
    confirmed_ms bigint,
    -- The newest step whose code was taken; none is taken twice.
    last_step bigint not null default 0
);

-- For the day when the telephone is lost: single use.
create table recovery_codes (
    account_id uuid not null references accounts,
    -- SHA-256.
    code_hash bytea not null,
    used_ms bigint,
    primary key (account_id, code_hash)
);

-- What stands between the right password and the second step.
alter table account_links drop constraint account_links_purpose_check;
alter table account_links add constraint account_links_purpose_check
    check (purpose in ('verify', 'reset', 'login', 'second_step'));
