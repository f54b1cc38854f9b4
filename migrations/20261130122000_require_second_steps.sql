-- Organizers who ask their members for a second step at the log-in.
create table second_step_rules (
    organizer_id uuid primary key references organizers,
    since_ms bigint not null
);

-- Whether this log-in has made both steps: by a code, or by a device that has verified its owner.
alter table sessions add column by_both_steps boolean not null default false;
