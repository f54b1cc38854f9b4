-- Whom an organizer asks into its team who has no account yet.
create table invitations (
    id uuid primary key,
    organizer_id uuid not null references organizers,
    email text not null,
    role text not null check (role in ('owner', 'manager', 'box_office', 'door', 'viewer')),
    -- SHA-256 of the newest link's secret; an older one opens nothing.
    token_hash bytea not null unique,
    invited_by uuid not null references accounts,
    created_ms bigint not null,
    sent_ms bigint not null,
    expires_ms bigint not null,
    accepted_ms bigint,
    withdrawn_ms bigint
);
create unique index invitations_open on invitations (organizer_id, lower(email))
    where accepted_ms is null and withdrawn_ms is null;
create index invitations_invited_by on invitations (invited_by);
