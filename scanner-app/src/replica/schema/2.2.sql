-- Hand-overs and releases by the tickets whose rights they move; `kind` is shared::fact::kind::RightKind.
create table right_move (
    event integer not null,
    kind integer not null,
    ticket integer not null,
    fact integer not null,
    primary key (event, kind, ticket, fact)
) without rowid;

-- A copy of another replica: that one may be using the rights of this device.
alter table binding add column copied integer not null default 0;
update binding set copied = exists (select 1 from own_journal where closed_cause = 1);
