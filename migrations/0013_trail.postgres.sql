-- The trail tells in which format an event is, and what kind of actor did it: the hash
-- of format 2 covers both. What was published is kept as the text that it is, the same
-- bytes on both databases, so that the trail can tell its SHA-256.

-- +goose Up
ALTER TABLE audit_events ADD COLUMN format smallint NOT NULL DEFAULT 1;
ALTER TABLE audit_events ADD COLUMN actor_kind text NOT NULL DEFAULT '';

-- Results as the program writes them: the names in its order, no spaces between. A name
-- that was left out stays out. The rows are not updated, which nobody may: their column
-- takes another type.
-- +goose StatementBegin
CREATE FUNCTION plain_object(x jsonb, names text[], inner_name text, inner_text text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT '{' || string_agg('"' || n.name || '":' || CASE
      WHEN n.name = inner_name THEN inner_text
      WHEN jsonb_typeof(x -> n.name) = 'array' THEN replace((x -> n.name)::text, ', ', ',') -- of numbers or codes
      ELSE (x -> n.name)::text
    END,
    ',' ORDER BY n.place) || '}'
  FROM unnest(names) WITH ORDINALITY n (name, place) WHERE x ? n.name
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION plain_finding(x jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT plain_object(x, ARRAY['substance', 'detection', 'amount', 'basis', 'base', 'base_known', 'uncertainty', 'stereo', 'abundance',
    'role', 'main', 'method', 'analysis', 'level'], 'amount', plain_object(x -> 'amount', ARRAY['Value', 'Scale', 'Decimals'], '', ''))
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION plain_result(x jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT plain_object(x, ARRAY['level', 'recognised', 'conclusion', 'methods', 'findings', 'signatures'], 'findings',
    CASE jsonb_typeof(x -> 'findings') WHEN 'array' THEN '[' || coalesce((SELECT string_agg(plain_finding(f.finding), ',' ORDER BY f.place)
      FROM jsonb_array_elements(x -> 'findings') WITH ORDINALITY f (finding, place)), '') || ']' ELSE 'null' END)
$$;
-- +goose StatementEnd
ALTER TABLE publications ALTER COLUMN result TYPE text USING plain_result(result);
DROP FUNCTION plain_result(jsonb);
DROP FUNCTION plain_finding(jsonb);
DROP FUNCTION plain_object(jsonb, text[], text, text);
