-- Long work can be called off, and a job whose worker died is found by the end of its lease.
ALTER TABLE system.jobs ADD COLUMN called_off boolean NOT NULL DEFAULT false;
CREATE INDEX jobs_leased ON system.jobs (locked_until) WHERE state = 'running';
DROP INDEX system.jobs_key;
CREATE UNIQUE INDEX jobs_key ON system.jobs (name, key) WHERE key IS NOT NULL AND state = 'ready';
CREATE INDEX jobs_finished ON system.jobs (finished_at) WHERE finished_at IS NOT NULL;

-- Which fields the search column of an object's records was last made of.
CREATE TABLE system.searched (object text PRIMARY KEY, fields text[] NOT NULL);

-- While a field changes its type, a value that is written meanwhile empties its conversion, so that it is converted again.
CREATE OR REPLACE FUNCTION system.forget_conversion() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], NULL)); END $$;
