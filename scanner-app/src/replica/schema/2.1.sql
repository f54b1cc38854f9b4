-- Facts that the program which stores them may not be able to read: a later one reads them again. Older programs, which
-- don't know of this, note them too.
create table if not exists unread (fact integer primary key);
insert or ignore into unread select no from fact where kind not in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12);
create trigger if not exists fact_unread after insert on fact
    when new.kind not in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12) begin
    insert or ignore into unread (fact) values (new.no);
end;

-- A fact never changes (A2); what was read from it may be read anew.
drop trigger fact_unchanged;
create trigger fact_unchanged before update of no, event, journal, seq, hash, device, own, envelope on fact begin
    select raise(abort, 'facts are never changed (A2)');
end;
