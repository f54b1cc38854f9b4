-- Of each ticket that is folded it is asked whether its till took it back.
create index facts_withdrawn on facts (organizer_id, event_id) where kind = 13;
