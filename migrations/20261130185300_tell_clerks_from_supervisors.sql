-- What each person on the list may do with their PIN. Whoever was on it before may do both. Additive: an older binary lets everybody do both.
alter table supervisors
    add column may_supervise boolean not null default true,
    add column may_sell boolean not null default true;
