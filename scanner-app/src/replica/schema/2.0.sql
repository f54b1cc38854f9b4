-- Which set of roster tables the event's roster is in: 0 those without, 1 those with `shadow_` before their names.
alter table event add column roster_set integer not null default 0;
