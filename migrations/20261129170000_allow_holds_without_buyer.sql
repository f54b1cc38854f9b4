-- In the store places are held by one tap and the buyer says who they are afterwards. What is paid always has a buyer.
-- Older binaries read these orders only once they are paid, except in lists of orders, which they refuse while one is held
-- by the store: bring all servers up before the store is opened.

alter table orders
    alter column email drop not null,
    alter column name drop not null,
    add constraint orders_paid_has_buyer
        check (state in ('held', 'cancelled', 'expired') or (email is not null and name is not null));
