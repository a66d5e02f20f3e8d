-- Imports: a file that came in, what was found in it, the map, and how far it is. `run` is the name the command line goes on by.
-- `wanted` is what a person asked of a stage under way (pause, cancel); `reached` is the last row of the file that is done with.
CREATE TABLE system.imports (
    id uuid PRIMARY KEY, run text UNIQUE, name text NOT NULL, person uuid, request text NOT NULL DEFAULT '', address text NOT NULL DEFAULT '',
    state text NOT NULL, stage text NOT NULL, wanted text NOT NULL DEFAULT '', file_name text NOT NULL DEFAULT '', size bigint NOT NULL DEFAULT 0, digest bytea,
    found jsonb, shape text NOT NULL DEFAULT '', map jsonb, rules boolean NOT NULL DEFAULT false, chunk_rows integer NOT NULL,
    pass integer NOT NULL DEFAULT 0, reached integer NOT NULL DEFAULT 0, reached_again integer NOT NULL DEFAULT 0, counts jsonb NOT NULL DEFAULT '{}', checks jsonb NOT NULL DEFAULT '{}', tried jsonb, undone jsonb, problem jsonb, report jsonb,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, started_at timestamptz, finished_at timestamptz, swept_at timestamptz);
CREATE INDEX imports_person ON system.imports (person, id);
CREATE INDEX imports_busy ON system.imports (updated_at) WHERE state IN ('reading', 'trying', 'running', 'undoing');

-- Blobs of an import: the upload (sheet -1) and the canonical csv of each sheet. The line is there before the blob, so that none is ever left over.
CREATE TABLE system.import_files (storage_key text PRIMARY KEY, import uuid NOT NULL REFERENCES system.imports ON DELETE CASCADE, sheet integer NOT NULL, at timestamptz NOT NULL);
CREATE INDEX import_files_import ON system.import_files (import, sheet);

-- Rows that were refused, by a dry run (trial) or by the run: their cells as they stand now, and why.
CREATE TABLE system.import_rows (
    import uuid NOT NULL REFERENCES system.imports ON DELETE CASCADE, trial boolean NOT NULL, number integer NOT NULL, cells text[] NOT NULL, problems jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting', mended boolean NOT NULL DEFAULT false, PRIMARY KEY (import, trial, number));

-- Keys a dry run met before: its records are gone again when the next chunk comes.
CREATE TABLE system.import_keys (
    import uuid NOT NULL REFERENCES system.imports ON DELETE CASCADE, target text NOT NULL, key bytea NOT NULL, image bytea, PRIMARY KEY (import, target, key));

-- What transforms made of cells: each distinct text once, with how many cells held it.
CREATE TABLE system.import_changes (
    import uuid NOT NULL REFERENCES system.imports ON DELETE CASCADE, trial boolean NOT NULL, column_name text NOT NULL, kind text NOT NULL, digest bytea NOT NULL,
    before text NOT NULL, after text NOT NULL, cells bigint NOT NULL, PRIMARY KEY (import, trial, column_name, kind, digest));

-- Maps people keep: found again by the shape of a file (its headers), or by name where they are shared.
CREATE TABLE system.import_maps (
    id uuid PRIMARY KEY, person uuid NOT NULL, name text NOT NULL, shared boolean NOT NULL DEFAULT false, shape text NOT NULL, map jsonb NOT NULL,
    created_at timestamptz NOT NULL, used_at timestamptz NOT NULL);
CREATE UNIQUE INDEX import_maps_name ON system.import_maps (person, name);
CREATE INDEX import_maps_shape ON system.import_maps (shape);

-- Runs of before, as far as they came: the same name still loads nothing twice.
INSERT INTO system.imports (id, run, name, person, state, stage, file_name, chunk_rows, reached, created_at, updated_at, started_at, finished_at)
SELECT r.id, r.name, r.name, r.person, CASE WHEN r.finished_at IS NULL THEN 'paused' ELSE 'done' END, 'run', r.name, r.chunk_rows,
    coalesce((SELECT max(c.number * r.chunk_rows + c.rows) FROM system.import_chunks AS c WHERE c.run = r.id), 0), r.started_at, coalesce(r.finished_at, r.started_at),
    r.started_at, r.finished_at FROM system.import_runs AS r;
ALTER TABLE system.import_chunks RENAME TO import_chunks_before;
-- What of the file is loaded, part by part, written in the transaction that loaded it; `pass` 0 is the file, later ones are refused rows run again.
CREATE TABLE system.import_chunks (
    import uuid NOT NULL REFERENCES system.imports ON DELETE CASCADE, pass integer NOT NULL, first integer NOT NULL, rows integer NOT NULL, refused integer[] NOT NULL,
    digest bytea NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (import, pass, first));
INSERT INTO system.import_chunks (import, pass, first, rows, refused, digest, at)
SELECT c.run, 0, c.number * r.chunk_rows + 1, c.rows, ARRAY(SELECT place + c.number * r.chunk_rows + 1 FROM unnest(c.refused) AS place), c.digest, c.at
FROM system.import_chunks_before AS c JOIN system.import_runs AS r ON r.id = c.run;
DROP TABLE system.import_chunks_before;
DROP TABLE system.import_runs;

-- Records that an undo left as they are: somebody had changed them since, or needs them.
CREATE TABLE system.import_kept (
    import uuid NOT NULL REFERENCES system.imports ON DELETE CASCADE, object text NOT NULL, record uuid NOT NULL, why text NOT NULL, fields text[] NOT NULL,
    PRIMARY KEY (import, object, record));

-- An action of half a million lines is taken back page by page, newest first.
DROP INDEX system.changes_action;
CREATE INDEX changes_action ON system.changes (action, id) WHERE action IS NOT NULL;
