-- What a restore from a backup leaves behind: the server's journals begin anew, series and key numbers leave a gap, and places
-- stay closed until somebody has counted what was sold meanwhile. Additive: older binaries still work.

-- The journal that the server writes now, and the one that a restore ended. Without the first it opens one.
alter table feeds
    add column own_journal uuid,
    add column own_before uuid;
update feeds f set own_journal = j.id
from organizers o join journals j on j.organizer_id = o.id and j.device_id = o.server_device_id
where f.organizer_id = j.organizer_id and f.event_id = j.event_id;

-- Numbers that no ticket here has: they may have been given out by what was lost. The statement of takings names them.
create table series_gaps (
    organizer_id uuid not null,
    event_id uuid not null,
    channel text not null,
    first_no bigint not null,
    last_no bigint not null check (last_no >= first_no),
    at_ms bigint not null,
    primary key (organizer_id, event_id, channel, first_no)
);

-- Places that may have been sold by what was lost; while it isn't known they stand in `stock.leased`.
create table restore_places (
    organizer_id uuid not null,
    event_id uuid not null,
    type_no integer not null,
    at_ms bigint not null,
    places integer not null check (places > 0),
    -- Said by an organizer, when sale goes on.
    sold_meanwhile integer check (sold_meanwhile between 0 and places),
    ended_ms bigint,
    ended_by uuid,
    primary key (organizer_id, event_id, type_no, at_ms)
);
create unique index restore_places_open on restore_places (organizer_id, event_id, type_no) where ended_ms is null;
