-- Shares of single records: found by person at every request, by record in every statement of who has some.
DROP INDEX system.grants_record;
CREATE INDEX grants_person ON system.grants (person, object, record);
CREATE INDEX grants_record ON system.grants (object, record);
ALTER TABLE system.grants ADD COLUMN given_at timestamptz NOT NULL DEFAULT now();
