-- The log in monthly parts (by UTC): old months can be kept elsewhere or dropped whole. Makes the part of one month, and moves what waits in the default part.
CREATE OR REPLACE FUNCTION system.partition_changes(month timestamptz) RETURNS boolean LANGUAGE plpgsql AS
$$
DECLARE
    first timestamp := date_trunc('month', month AT TIME ZONE 'UTC');
    begins timestamptz := first AT TIME ZONE 'UTC';
    ends timestamptz := (first + interval '1 month') AT TIME ZONE 'UTC';
    part text := 'changes_' || to_char(first, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(7203714416);
    IF to_regclass('system.' || part) IS NOT NULL THEN
        RETURN false;
    END IF;
    LOCK TABLE system.changes IN SHARE ROW EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE system.%I (LIKE system.changes INCLUDING DEFAULTS)', part);
    EXECUTE format('WITH moved AS (DELETE FROM system.changes_default WHERE at >= %L AND at < %L RETURNING *) INSERT INTO system.%I SELECT * FROM moved', begins, ends, part);
    EXECUTE format('ALTER TABLE system.changes ATTACH PARTITION system.%I FOR VALUES FROM (%L) TO (%L)', part, begins, ends);
    RETURN true;
END
$$;
SELECT system.partition_changes(month) FROM generate_series(
    date_trunc('month', greatest((SELECT min(at) FROM system.changes), now() - interval '5 years')), now() + interval '2 months', interval '1 month') AS month;
