-- The people who may supervise at this door, with their PINs' hashes: the whole list as one sealed value.
create table supervisor_list (
    only_row integer primary key check (only_row = 1),
    version integer not null,
    sealed blob not null
);

-- shared::supervisor::Tries: of this device, whoever tried.
create table pin_tries (
    only_row integer primary key check (only_row = 1),
    wrong integer not null,
    locked_until_ms integer
);

-- The device has signed off: it lets nobody in and hands in its journals; `handed_in` once the server has all of them.
create table sign_off (
    only_row integer primary key check (only_row = 1),
    at_ms integer not null,
    handed_in integer not null default 0
);
