-- A mail is taken for some minutes by moving its next attempt, and sent outside any transaction: no column for that, older
-- binaries beside this one see mails that wait. What the mail server said when it took a mail or refused it stays with it.

alter table outbox add column answer text;
