-- Exports: what was asked, by whom and with which limits of his key, how it went, and where the file lies until its time is over.
-- `planned` are keys of blobs that an attempt is writing: whoever comes after a killed one removes them.
-- Rows stay after their files, because limits and alerts look back over them.
CREATE TABLE system.exports (
    id uuid PRIMARY KEY, person uuid NOT NULL, actor_kind text NOT NULL, actor_name text NOT NULL, key_objects text[], key_read_only boolean NOT NULL,
    request text NOT NULL DEFAULT '', address text NOT NULL DEFAULT '', object text NOT NULL, wanted jsonb NOT NULL, said text NOT NULL DEFAULT '',
    state text NOT NULL, expected bigint NOT NULL DEFAULT 0, rows bigint NOT NULL DEFAULT 0, lines bigint NOT NULL DEFAULT 0, cut bigint NOT NULL DEFAULT 0,
    masked text[] NOT NULL DEFAULT '{}', sensitive text[] NOT NULL DEFAULT '{}', problem text NOT NULL DEFAULT '', problem_params jsonb NOT NULL DEFAULT '{}',
    name text NOT NULL DEFAULT '', planned text[] NOT NULL DEFAULT '{}', storage_key text, size bigint, digest bytea, sheets jsonb NOT NULL DEFAULT '[]',
    asked_at timestamptz NOT NULL, made_at timestamptz, expires_at timestamptz, downloads integer NOT NULL DEFAULT 0);
CREATE INDEX exports_person ON system.exports (person, asked_at);
CREATE INDEX exports_files ON system.exports (expires_at) WHERE storage_key IS NOT NULL;

-- What one export and one person within 24 hours may take, and from when on administrators are told.
CREATE TABLE system.export_policy (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), version integer NOT NULL, body jsonb NOT NULL, author uuid, changed_at timestamptz NOT NULL);

-- Somebody took unusually much within 24 hours.
CREATE TABLE system.export_alerts (
    id uuid PRIMARY KEY, person uuid NOT NULL, reason text NOT NULL, since timestamptz NOT NULL, at timestamptz NOT NULL, rows bigint NOT NULL, exports integer NOT NULL,
    usual bigint NOT NULL, objects text[] NOT NULL, seen_by uuid, seen_at timestamptz);
CREATE INDEX export_alerts_at ON system.export_alerts (at);
