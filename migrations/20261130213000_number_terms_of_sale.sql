-- The number of the terms on which a type's places are sold: all that a buyer's order is checked against before places are held.
-- Whoever changes any of them changes it, so that a server may remember them and have the statement that takes the places see
-- whether they are still true, in the very row that it locks anyway.
alter table stock add column terms_no bigint not null default 0;

-- In ascending order, as everywhere.
create function renumber_terms(organizer uuid, event uuid, type integer) returns void language plpgsql as $$
begin
    perform from stock s
    where s.organizer_id = organizer and (event is null or s.event_id = event) and (type is null or s.type_no = type)
    order by s.event_id, s.type_no for update;
    update stock s set terms_no = s.terms_no + 1
    where s.organizer_id = organizer and (event is null or s.event_id = event) and (type is null or s.type_no = type);
end $$;

create function renumber_terms_of_event() returns trigger language plpgsql as $$
begin
    perform renumber_terms(new.organizer_id, new.id, null);
    return null;
end $$;
create trigger terms_update after update on events for each row when (old.* is distinct from new.*)
    execute function renumber_terms_of_event();

create function renumber_terms_of_type() returns trigger language plpgsql as $$
begin
    perform renumber_terms(new.organizer_id, new.event_id, new.no);
    return null;
end $$;
create trigger terms_update after update on ticket_types for each row when (old.* is distinct from new.*)
    execute function renumber_terms_of_type();

create function renumber_terms_of_organizer() returns trigger language plpgsql as $$
begin
    perform renumber_terms(new.id, null, null);
    return null;
end $$;
create trigger terms_update after update on organizers
    for each row when (old.commission_basis_points is distinct from new.commission_basis_points)
    execute function renumber_terms_of_organizer();

-- Places that come free are theirs now.
create function renumber_terms_of_line() returns trigger language plpgsql as $$
begin
    perform renumber_terms(new.organizer_id, new.event_id, new.type_no);
    return null;
end $$;
create trigger terms_insert after insert on waiting_list for each row when (new.state = 'waiting')
    execute function renumber_terms_of_line();
create trigger terms_update after update on waiting_list for each row when (new.state = 'waiting' and old.state <> 'waiting')
    execute function renumber_terms_of_line();
