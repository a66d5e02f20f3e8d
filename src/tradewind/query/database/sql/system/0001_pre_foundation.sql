CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE SCHEMA IF NOT EXISTS system;
CREATE SCHEMA IF NOT EXISTS data;

-- What builders have published.
CREATE TABLE system.definitions (
    kind text NOT NULL, key text NOT NULL, pack text NOT NULL DEFAULT '', version integer NOT NULL,
    body jsonb NOT NULL, checksum text NOT NULL, author uuid, published_at timestamptz NOT NULL,
    retired boolean NOT NULL DEFAULT false, PRIMARY KEY (kind, key));
CREATE TABLE system.definition_versions (
    kind text NOT NULL, key text NOT NULL, version integer NOT NULL, change_set uuid NOT NULL,
    body jsonb NOT NULL, checksum text NOT NULL, author uuid, published_at timestamptz NOT NULL, PRIMARY KEY (kind, key, version));
CREATE TABLE system.drafts (
    author uuid NOT NULL, kind text NOT NULL, key text NOT NULL, base_version integer NOT NULL, body jsonb NOT NULL,
    updated_at timestamptz NOT NULL, PRIMARY KEY (author, kind, key));
CREATE TABLE system.change_sets (
    id uuid PRIMARY KEY, title text NOT NULL, author uuid, state text NOT NULL, plan jsonb NOT NULL, progress jsonb NOT NULL DEFAULT '{}',
    undoes uuid, started_at timestamptz NOT NULL, finished_at timestamptz, problem text NOT NULL DEFAULT '');
CREATE TABLE system.catalog_state (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL, edition bigint NOT NULL);
INSERT INTO system.catalog_state (version, edition) VALUES (1, 1);
CREATE TABLE system.packs (key text PRIMARY KEY, version text NOT NULL, installed_at timestamptz NOT NULL, demo boolean NOT NULL DEFAULT false);
CREATE TABLE system.counters (object text NOT NULL, field text NOT NULL, period text NOT NULL, value bigint NOT NULL, PRIMARY KEY (object, field, period));

-- Accounts.
CREATE TABLE system.departments (
    id uuid PRIMARY KEY, name text NOT NULL, parent uuid REFERENCES system.departments, head uuid, retired boolean NOT NULL DEFAULT false);
CREATE TABLE system.people (
    id uuid PRIMARY KEY, email text NOT NULL, name text NOT NULL, department uuid REFERENCES system.departments,
    language text NOT NULL DEFAULT 'en', zone text NOT NULL DEFAULT 'UTC', theme text NOT NULL DEFAULT 'system', active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL);
CREATE UNIQUE INDEX people_email ON system.people (lower(email));
CREATE TABLE system.teams (id uuid PRIMARY KEY, name text NOT NULL, retired boolean NOT NULL DEFAULT false);
CREATE TABLE system.team_members (team uuid REFERENCES system.teams, person uuid REFERENCES system.people, PRIMARY KEY (team, person));
CREATE TABLE system.person_roles (person uuid REFERENCES system.people, role text NOT NULL, PRIMARY KEY (person, role));
CREATE TABLE system.credentials (person uuid PRIMARY KEY REFERENCES system.people, hash text NOT NULL, changed_at timestamptz NOT NULL);
CREATE TABLE system.sessions (
    digest bytea PRIMARY KEY, person uuid NOT NULL REFERENCES system.people, created_at timestamptz NOT NULL, seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, address text NOT NULL DEFAULT '', agent text NOT NULL DEFAULT '');
CREATE INDEX sessions_person ON system.sessions (person);
CREATE TABLE system.api_keys (
    id text PRIMARY KEY, digest bytea NOT NULL, person uuid NOT NULL REFERENCES system.people, name text NOT NULL, objects text[], read_only boolean NOT NULL,
    created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz, revoked_at timestamptz);
CREATE TABLE system.sign_in_failures (subject text PRIMARY KEY, failures integer NOT NULL, last_at timestamptz NOT NULL);

-- One log: what was written and what was looked at; sealed in batches afterwards. Values can be erased without breaking the chain.
CREATE TABLE system.changes (
    id uuid NOT NULL, at timestamptz NOT NULL, actor uuid, actor_name text NOT NULL DEFAULT '', actor_kind text NOT NULL DEFAULT 'person',
    request text NOT NULL DEFAULT '', address text NOT NULL DEFAULT '', operation text NOT NULL, object text, record uuid,
    fields text[] NOT NULL DEFAULT '{}', action uuid, salt bytea NOT NULL, digest bytea NOT NULL, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE system.changes_default PARTITION OF system.changes DEFAULT;
CREATE INDEX changes_record ON system.changes (object, record, at);
CREATE INDEX changes_action ON system.changes (action) WHERE action IS NOT NULL;
CREATE INDEX changes_at ON system.changes (at);
CREATE TABLE system.change_values (change uuid PRIMARY KEY, payload jsonb NOT NULL);
CREATE TABLE system.seals (
    number bigint PRIMARY KEY, first_id uuid NOT NULL, last_id uuid NOT NULL, count integer NOT NULL, root bytea NOT NULL, previous bytea NOT NULL,
    hash bytea NOT NULL, sealed_at timestamptz NOT NULL);
CREATE TABLE system.seal_entries (change uuid PRIMARY KEY, seal bigint NOT NULL, position integer NOT NULL);
CREATE INDEX seal_entries_seal ON system.seal_entries (seal, position);

-- Temporary access and locks, read from the first day.
CREATE TABLE system.grants (id uuid PRIMARY KEY, object text NOT NULL, record uuid NOT NULL, person uuid NOT NULL, fields text[], actions text[] NOT NULL,
    until timestamptz, given_by uuid);
CREATE INDEX grants_record ON system.grants (object, person, record);
CREATE TABLE system.guards (object text NOT NULL, record uuid NOT NULL, fields text[], reason text NOT NULL, until timestamptz, PRIMARY KEY (object, record, reason));

CREATE TABLE system.external_ids (object text NOT NULL, source text NOT NULL, external_id text NOT NULL, record uuid NOT NULL, PRIMARY KEY (object, source, external_id));
CREATE TABLE system.idempotency (key text NOT NULL, person uuid NOT NULL, digest bytea NOT NULL, answer jsonb NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (person, key));

-- The one queue and timetable.
CREATE TABLE system.jobs (
    id uuid PRIMARY KEY, queue text NOT NULL DEFAULT 'default', name text NOT NULL, key text, arguments jsonb NOT NULL DEFAULT '{}', state text NOT NULL DEFAULT 'ready',
    due_at timestamptz NOT NULL, attempts integer NOT NULL DEFAULT 0, max_attempts integer NOT NULL DEFAULT 10, locked_by text, locked_until timestamptz,
    progress jsonb NOT NULL DEFAULT '{}', problem text NOT NULL DEFAULT '', created_at timestamptz NOT NULL, finished_at timestamptz);
CREATE INDEX jobs_due ON system.jobs (queue, due_at) WHERE state = 'ready';
CREATE UNIQUE INDEX jobs_key ON system.jobs (name, key) WHERE key IS NOT NULL AND state IN ('ready', 'running');

-- Files know no rights; attachments hang them on records.
CREATE TABLE system.files (
    id uuid PRIMARY KEY, storage_key text NOT NULL UNIQUE, name text NOT NULL, media_type text NOT NULL, size bigint NOT NULL, digest bytea NOT NULL,
    uploaded_by uuid, uploaded_at timestamptz NOT NULL, attached boolean NOT NULL DEFAULT false);
CREATE TABLE system.attachments (object text NOT NULL, record uuid NOT NULL, field text NOT NULL, file uuid NOT NULL REFERENCES system.files, position integer NOT NULL,
    PRIMARY KEY (object, record, field, file));
CREATE INDEX attachments_file ON system.attachments (file);

CREATE TABLE system.slow_questions (shape text PRIMARY KEY, object text NOT NULL, question jsonb NOT NULL, hits bigint NOT NULL, milliseconds double precision NOT NULL, last_at timestamptz NOT NULL);
CREATE TABLE system.indexes (name text PRIMARY KEY, object text NOT NULL, reason text NOT NULL, definition text NOT NULL, state text NOT NULL);

-- Text folded for search: compatibility forms united, lower case, accents gone; then every pair of neighbours.
CREATE OR REPLACE FUNCTION system.fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
$$ SELECT lower(normalize(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'), NFKC)) $$;
CREATE OR REPLACE FUNCTION system.bigrams(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(array_agg(DISTINCT substr(folded, place, 2)), '{}') FROM (SELECT system.fold(coalesce(value, '')) AS folded) AS source,
   generate_series(1, greatest(length(folded) - 1, 0)) AS place $$;
