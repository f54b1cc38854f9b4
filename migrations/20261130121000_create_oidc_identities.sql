-- Log-ins by somebody else's: who a person is at a provider that speaks OpenID Connect.
create table oidc_identities (
    id uuid primary key,
    account_id uuid not null references accounts,
    issuer text not null,
    -- Never given to anybody else by that issuer; an address of mail may be.
    subject text not null,
    -- As the issuer said it when they were joined, for its owner to know it again.
    email text,
    created_ms bigint not null,
    used_ms bigint,
    unique (issuer, subject)
);
create index oidc_identities_account on oidc_identities (account_id);
