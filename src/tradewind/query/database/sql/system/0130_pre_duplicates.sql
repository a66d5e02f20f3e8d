-- Forms in which texts are compared when duplicates are looked for. What separates words is named by code point, so that the answer is the same under every collation.
CREATE OR REPLACE FUNCTION system.letters(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
$$ SELECT nullif(regexp_replace(system.fold(value), '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u2000-\u206f\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufe30-\ufe6f]+', '', 'g'), '') $$;
CREATE OR REPLACE FUNCTION system.words(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
$$ SELECT string_agg(word, ' ' ORDER BY word COLLATE "C") FROM regexp_split_to_table(system.fold(value),
   '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u2000-\u206f\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufe30-\ufe6f]+') AS word WHERE word <> '' $$;

-- What the finder found: records of an object that have one value in common by one rule. A block is named by its first record.
CREATE TABLE system.duplicate_blocks (object text NOT NULL, rule text NOT NULL, block uuid NOT NULL, record uuid NOT NULL, PRIMARY KEY (object, rule, record));
CREATE INDEX duplicate_blocks_record ON system.duplicate_blocks (object, record);
CREATE TABLE system.duplicate_runs (object text PRIMARY KEY, at timestamptz NOT NULL, figures jsonb NOT NULL);
-- Pairs somebody has looked at and called different.
CREATE TABLE system.distinct_pairs (
    object text NOT NULL, one uuid NOT NULL, other uuid NOT NULL, person uuid, at timestamptz NOT NULL, PRIMARY KEY (object, one, other), CHECK (one < other));
-- Who was told lately that there is a record he does not see: so that it is told only so often.
CREATE TABLE system.similar_told (person uuid NOT NULL, object text NOT NULL, record uuid NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (person, object, record));
CREATE INDEX similar_told_at ON system.similar_told (at);

-- Merges: which record became part of which, and all that went along, so that it can go back exactly. Ids and counters only; values are in the log.
CREATE SEQUENCE system.merge_numbers;
CREATE TABLE system.merges (
    action uuid NOT NULL, object text NOT NULL, survivor uuid NOT NULL, loser uuid NOT NULL, person uuid, at timestamptz NOT NULL,
    moved jsonb NOT NULL DEFAULT '{}', undone uuid, PRIMARY KEY (action, loser));
CREATE INDEX merges_loser ON system.merges (object, loser);
CREATE INDEX merges_survivor ON system.merges (object, survivor);
CREATE INDEX merges_undone ON system.merges (undone) WHERE undone IS NOT NULL;
CREATE TABLE system.merge_moves (
    action uuid NOT NULL, number integer NOT NULL, object text NOT NULL, field text NOT NULL, record uuid NOT NULL, loser uuid,
    version_before bigint NOT NULL, version_after bigint NOT NULL, updated_at timestamptz NOT NULL, updated_by uuid, position integer,
    PRIMARY KEY (action, number, record));

-- Small messages for one person inside the studio.
CREATE TABLE system.notices (
    id uuid PRIMARY KEY, person uuid NOT NULL REFERENCES system.people, key text NOT NULL, kind text NOT NULL, body jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL, read_at timestamptz, UNIQUE (person, key));
CREATE INDEX notices_person ON system.notices (person, at DESC);

-- How good the data of an object was, each time it was looked at; and the values that no longer pass, as of the last time.
CREATE TABLE system.quality_reports (id uuid PRIMARY KEY, object text NOT NULL, at timestamptz NOT NULL, figures jsonb NOT NULL);
CREATE INDEX quality_reports_object ON system.quality_reports (object, at DESC);
CREATE TABLE system.invalid_values (object text NOT NULL, record uuid NOT NULL, field text NOT NULL, code text NOT NULL, rule text NOT NULL DEFAULT '', PRIMARY KEY (object, record, field));
