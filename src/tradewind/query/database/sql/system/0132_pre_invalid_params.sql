-- What the sentence of a value that no longer passes speaks of: the limit it is over, the pattern it misses.
ALTER TABLE system.invalid_values ADD COLUMN params jsonb NOT NULL DEFAULT '{}';
