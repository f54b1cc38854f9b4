-- What an event's rules were last changed by, found at once: without it the greatest number among kinds 1 to 4 is looked
-- for behind every ticket and fact that came after, so that each online entry costs more than the one before.
-- Additive: older binaries still work.
create index feed_entries_config on feed_entries (organizer_id, event_id, seq) where kind between 1 and 4;
