-- Whether a writer's catalogue is the published one. It stays so until the writer's transaction ends: the switch waits for the shared lock.
CREATE OR REPLACE FUNCTION system.writing(expected bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS
$$ BEGIN
    PERFORM pg_advisory_xact_lock_shared(7203714415);
    RETURN (SELECT version = expected FROM system.catalog_state);
END $$;
