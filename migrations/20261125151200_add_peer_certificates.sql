-- How an organizer's devices know and find each other in the venue's network.

-- Signs their certificates; made when the first device asks for one. The private half is sealed under the master key.
create table peer_authorities (
    organizer_id uuid primary key references organizers,
    certificate bytea not null,
    sealed_key bytea not null,
    created_ms bigint not null
);

-- Where each said that it may be reached, ADDRESS:PORT.
create table device_addresses (
    organizer_id uuid not null,
    device_id uuid not null,
    addresses text[] not null,
    reported_ms bigint not null,
    primary key (organizer_id, device_id),
    foreign key (organizer_id, device_id) references devices (organizer_id, id)
);
