-- One run is one file read with one map; each chunk says what it loaded in the transaction that loaded it, so that nothing is loaded twice.
CREATE TABLE system.import_runs (
    id uuid PRIMARY KEY, name text NOT NULL UNIQUE, person uuid, map text NOT NULL, chunk_rows integer NOT NULL,
    started_at timestamptz NOT NULL, finished_at timestamptz);
CREATE TABLE system.import_chunks (
    run uuid NOT NULL REFERENCES system.import_runs, number integer NOT NULL, rows integer NOT NULL, refused integer[] NOT NULL, digest bytea NOT NULL,
    created jsonb NOT NULL, actions uuid[] NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (run, number));
