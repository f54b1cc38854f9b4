-- pg_restore rebuilds the index on event_words with an empty search path: a function that an index calls names its own
-- with their schema, or no backup of this database comes back. The words are the same, so the index stays as it is.

create or replace function event_words(title text, description text)
returns tsvector language sql immutable parallel safe strict as $$
    select setweight(to_tsvector('pg_catalog.french', public.plain_text(title)), 'A')
        || setweight(to_tsvector('pg_catalog.french', public.plain_text(description)), 'B')
$$;
