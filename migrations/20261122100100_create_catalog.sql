-- Venues, events, ticket types, windows, gates. Hot keys start with (organizer, event).

create table venues (
    organizer_id uuid not null references organizers,
    id uuid not null unique,
    name text not null,
    address text not null,
    postal_code text not null,
    city text not null,
    country text not null default 'FR' check (length(country) = 2),
    time_zone text not null default 'Europe/Paris',
    capacity integer check (capacity > 0),
    created_ms bigint not null,
    primary key (organizer_id, id)
);

create table events (
    organizer_id uuid not null references organizers,
    id uuid not null unique,
    venue_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    description text not null default '',
    category text not null check (category in ('concert', 'theatre', 'sport', 'expo', 'club', 'musique', 'humour')),
    image_url text,
    time_zone text not null,
    doors_ms bigint not null,
    starts_ms bigint not null,
    ends_ms bigint not null,
    mode text not null check (mode in ('test', 'real')),
    status text not null check (status in ('draft', 'published', 'cancelled', 'archived')),
    capacity integer check (capacity > 0),
    currency text not null default 'EUR' check (currency in ('EUR', 'GBP', 'CHF')),
    re_entry text not null default 'none' check (re_entry in ('none', 'after_exit', 'unlimited')),
    max_entries integer check (max_entries > 0),
    max_entries_per_day integer check (max_entries_per_day > 0),
    max_roster_age_minutes integer check (max_roster_age_minutes > 0),
    -- How long a hold lives.
    hold_seconds integer not null default 600 check (hold_seconds between 1 and 7200),
    created_ms bigint not null,
    updated_ms bigint not null,
    primary key (organizer_id, id),
    foreign key (organizer_id, venue_id) references venues (organizer_id, id),
    constraint events_times_in_order check (doors_ms <= starts_ms and starts_ms < ends_ms)
);
create index events_public on events (starts_ms, id) where status = 'published';
create index events_text on events using gin (to_tsvector('french', title || ' ' || description));

create table ticket_types (
    organizer_id uuid not null,
    event_id uuid not null,
    no integer not null check (no between 1 and 65535),
    name text not null check (length(name) between 1 and 100),
    description text not null default '',
    price_minor bigint not null check (price_minor >= 0),
    vat_basis_points integer not null check (vat_basis_points between 0 and 10000),
    sale_from_ms bigint,
    sale_until_ms bigint,
    max_per_order integer not null default 10 check (max_per_order between 1 and 100),
    window_no integer not null default 0 check (window_no between 0 and 255),
    home_gate integer not null default 0 check (home_gate between 0 and 65535),
    -- null = the event's rule.
    re_entry text check (re_entry in ('none', 'after_exit', 'unlimited')),
    max_entries integer check (max_entries > 0),
    max_entries_per_day integer check (max_entries_per_day > 0),
    rotating boolean not null default false,
    door_note text,
    position integer not null default 0,
    deleted boolean not null default false,
    primary key (organizer_id, event_id, no),
    foreign key (organizer_id, event_id) references events (organizer_id, id)
);

-- Counters of a type, apart from it: a hold changes them without an event lock, and they are never synced.
create table stock (
    organizer_id uuid not null,
    event_id uuid not null,
    type_no integer not null,
    quota integer not null check (quota >= 0),
    held integer not null default 0 check (held >= 0),
    sold integer not null default 0 check (sold >= 0),
    leased integer not null default 0 check (leased >= 0),
    primary key (organizer_id, event_id, type_no),
    foreign key (organizer_id, event_id, type_no) references ticket_types (organizer_id, event_id, no),
    -- Invariant S1.
    constraint stock_not_oversold check (held + sold + leased <= quota)
);

create table windows (
    organizer_id uuid not null,
    event_id uuid not null,
    no integer not null check (no between 1 and 255),
    name text not null,
    -- [[from_ms, until_ms], ...], half-open.
    intervals jsonb not null,
    deleted boolean not null default false,
    primary key (organizer_id, event_id, no),
    foreign key (organizer_id, event_id) references events (organizer_id, id)
);

create table gates (
    organizer_id uuid not null,
    event_id uuid not null,
    no integer not null check (no between 1 and 65535),
    name text not null,
    -- Type numbers that may use it; empty = all.
    types integer[] not null default '{}',
    strict_home boolean not null default false,
    deleted boolean not null default false,
    primary key (organizer_id, event_id, no),
    foreign key (organizer_id, event_id) references events (organizer_id, id)
);
