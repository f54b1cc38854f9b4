-- Organizers who are paid by the provider itself: their accounts there, whose the money of a payment is, and the part of
-- the platform's fee that goes back with each refund.

create table payout_accounts (
    organizer_id uuid primary key references organizers,
    provider text not null,
    -- The provider's own name for it.
    account text not null,
    -- Whether its owner has told all that is asked at first.
    submitted boolean not null default false,
    -- Whether money may be passed on to it.
    receives boolean not null default false,
    -- What the provider still asks for, in our words.
    missing text[] not null default '{}',
    created_ms bigint not null,
    -- When the provider is to be asked how it stands.
    ask_ms bigint not null,
    unique (provider, account)
);
create index payout_accounts_to_ask_about on payout_accounts (ask_ms);

-- The provider's name for the account to which the money is passed on, and what the platform keeps of it; both null where
-- the platform itself takes the money.
alter table payments add column destination text;
alter table payments add column fee_minor bigint check (fee_minor >= 0);
alter table payments add constraint payments_fee_of_destination check ((destination is null) = (fee_minor is null));

-- Half a cent is rounded up: the platform's side.
create function platform_fee(total_minor bigint, basis_points integer) returns bigint
    language sql immutable as 'select (total_minor * basis_points + 5000) / 10000';

-- Decided when a refund is written down, before the provider is asked: what goes back there is what stands here.
alter table refunds add column fee_minor bigint not null default 0 check (fee_minor >= 0);
update refunds r set fee_minor = l.amount_minor
from ledger l where l.refund_id = r.id and l.kind = 'platform_fee_returned';
with fees as (
    select order_id, -sum(amount_minor) as fee from ledger where kind = 'platform_fee' group by order_id
), open as (
    select r.id, r.order_id, o.total_minor, r.amount_minor,
        (select coalesce(sum(done.amount_minor), 0) from refunds done
         where done.order_id = r.order_id and done.state = 'succeeded')
            + sum(r.amount_minor) over (partition by r.order_id order by r.created_ms, r.id) as refunded
    from refunds r join orders o on o.id = r.order_id
    where r.state = 'pending' and o.total_minor > 0
)
update refunds r
set fee_minor = floor((fees.fee * (open.total_minor - open.refunded + open.amount_minor) * 2 + open.total_minor) / (2 * open.total_minor))
    - floor((fees.fee * (open.total_minor - open.refunded) * 2 + open.total_minor) / (2 * open.total_minor))
from open join fees on fees.order_id = open.order_id
where r.id = open.id;
