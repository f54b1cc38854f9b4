-- Mails that a server refused, for the organizer whose buyers they were for.
create index outbox_troubled on outbox (created_ms) where sent_ms is null and attempts > 0;
