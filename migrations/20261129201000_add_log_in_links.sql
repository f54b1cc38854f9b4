-- A link by mail that logs in.
alter table account_links drop constraint account_links_purpose_check;
alter table account_links add constraint account_links_purpose_check check (purpose in ('verify', 'reset', 'login'));
