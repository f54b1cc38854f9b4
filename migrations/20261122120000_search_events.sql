-- Searching events whatever the accents, without an extension (a managed PostgreSQL has none to spare).
-- Additive for readers: the old text index goes, nothing reads it by name.

-- Lower case, no accents: "Théâtre" and "THEATRE" are one word.
create function plain_text(written text) returns text language sql immutable parallel safe strict as $$
    select lower(translate(replace(replace(replace(replace(written, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
        'ÀÁÂÃÄÅàáâãäåÇçÈÉÊËèéêëÌÍÎÏìíîïÑñÒÓÔÕÖòóôõöÙÚÛÜùúûüÝýÿ',
        'AAAAAAaaaaaaCcEEEEeeeeIIIIiiiiNnOOOOOoooooUUUUuuuuYyy'))
$$;

create function event_words(title text, description text) returns tsvector language sql immutable parallel safe strict as $$
    select setweight(to_tsvector('pg_catalog.french', plain_text(title)), 'A')
        || setweight(to_tsvector('pg_catalog.french', plain_text(description)), 'B')
$$;

drop index events_text;
create index events_words on events using gin (event_words(title, description)) where status = 'published';
create index events_public_title on events (plain_text(title) collate "C", id) where status = 'published';
create index events_public_newest on events (created_ms desc, id desc) where status = 'published';

-- What buyers find. A null argument asks for nothing. Times: an event counts while any of it lies in [from, until).
create function public_events(words text, in_city text, from_ms bigint, until_ms bigint, of_category text, of_organizer uuid)
returns setof events language sql stable parallel safe as $$
    select e.* from events e
    join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
    where e.status = 'published' and e.mode = 'real'
      and (words is null
        or event_words(e.title, e.description) @@ websearch_to_tsquery('pg_catalog.french', plain_text(words))
        or plain_text(e.title || ' ' || v.name || ' ' || v.city)
           like '%' || regexp_replace(plain_text(words), '([%_\\])', '\\\1', 'g') || '%')
      and (in_city is null or plain_text(v.city) = plain_text(in_city))
      and (from_ms is null or e.ends_ms > from_ms)
      and (until_ms is null or e.starts_ms < until_ms)
      and (of_category is null or e.category = of_category)
      and (of_organizer is null or e.organizer_id = of_organizer)
$$;
