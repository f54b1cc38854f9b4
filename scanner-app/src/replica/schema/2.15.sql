-- Uses of the store's promo codes that this till may make, until it has made them or the server knows that it won't.
create table promotion (
    -- The fact that this till writes when it sells by it.
    fact blob primary key,
    -- What the server answered: shared::wire::latest::Promotion as JSON; nothing where no answer came.
    answer text,
    -- It will not be made.
    given_up integer not null default 0
) without rowid;
