-- The vouchers that an organizer's tills take in place of money. A number is never given twice and a name never changes, so that old
-- facts keep their names; one that is taken no more is turned off. Additive.
create table voucher_kinds (
    organizer_id uuid not null references organizers,
    number integer not null check (number between 1 and 65535),
    name text not null check (length(name) between 1 and 40),
    taken boolean not null default true,
    changed_ms bigint not null default 0,
    primary key (organizer_id, number)
);

-- What French venues take: vouchers of ANCV, the State, Up and Edenred.
create function seed_voucher_kinds() returns trigger language plpgsql as $$
begin
    insert into voucher_kinds (organizer_id, number, name)
    values (new.id, 1, 'Chèque-Vacances'), (new.id, 2, 'pass Culture'), (new.id, 3, 'Chèque Culture'), (new.id, 4, 'Ticket Kadéos');
    return null;
end $$;
create trigger organizers_voucher_kinds after insert on organizers for each row execute function seed_voucher_kinds();

insert into voucher_kinds (organizer_id, number, name)
select o.id, v.number, v.name
from organizers o, (values (1, 'Chèque-Vacances'), (2, 'pass Culture'), (3, 'Chèque Culture'), (4, 'Ticket Kadéos')) as v (number, name);
