-- Text messages beside mails, from the same outbox; and the numbers to which buyers want them.

alter table outbox add column channel text not null default 'mail' check (channel in ('mail', 'sms'));

create table order_phones (
    organizer_id uuid not null,
    event_id uuid not null,
    order_id uuid not null,
    -- As `+33612345678`.
    phone text not null,
    language text not null,
    -- How often it was said: each time costs a message.
    said integer not null default 1,
    said_ms bigint not null,
    primary key (organizer_id, event_id, order_id),
    foreign key (organizer_id, event_id, order_id) references orders (organizer_id, event_id, id)
);
