-- Keys of a person's own devices, by which one logs in without a password (WebAuthn).
create table passkeys (
    id uuid primary key,
    account_id uuid not null references accounts,
    -- What the device calls it; no two accounts have one.
    credential_id bytea not null unique,
    -- Public key, signature counter and rules, as `webauthn_rs::prelude::Passkey` is written down.
    credential jsonb not null,
    name text not null,
    created_ms bigint not null,
    used_ms bigint
);
create index passkeys_account on passkeys (account_id);

-- What a device was asked to sign. Deleted when its answer comes: each is good once.
create table passkey_challenges (
    -- SHA-256 of what the page carries.
    token_hash bytea primary key,
    -- Who adds a key; null at a log-in, where the key says who it is.
    account_id uuid references accounts,
    state jsonb not null,
    expires_ms bigint not null
);
create index passkey_challenges_expires on passkey_challenges (expires_ms);
