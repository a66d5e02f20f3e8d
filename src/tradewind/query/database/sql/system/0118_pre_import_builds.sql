-- Files that became objects: the publish that made them and the imports that filled them, one for each sheet, in the order in which they run.
CREATE TABLE system.import_builds (
    id uuid PRIMARY KEY, source uuid NOT NULL REFERENCES system.imports ON DELETE CASCADE, person uuid NOT NULL, change_set uuid NOT NULL, imports uuid[] NOT NULL,
    state text NOT NULL, problem jsonb, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE UNIQUE INDEX import_builds_source ON system.import_builds (source);
