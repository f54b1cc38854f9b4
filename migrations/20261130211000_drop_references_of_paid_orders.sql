-- What an order is written with stands or falls with it: its lines come in the statement that writes it, payments and tickets
-- are written of the row of the order that they read, and no row of these tables is ever deleted. A reference that cannot
-- dangle cost each paid order a fifth of PostgreSQL's work (docs/adr/0011): a look-up and a lock on the parent's row for each.
alter table order_lines drop constraint order_lines_organizer_id_event_id_order_id_fkey;
alter table payments drop constraint payments_organizer_id_event_id_order_id_fkey;
alter table tickets drop constraint tickets_organizer_id_event_id_order_id_fkey;
-- Of an event that is gone there is no stock either, and without it no order is written (`all_taken`). The reference had every
-- order lock the one row of its event.
alter table orders drop constraint orders_organizer_id_event_id_fkey;
