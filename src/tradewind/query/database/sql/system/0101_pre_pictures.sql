-- Pictures know their size in pixels, from their own first bytes.
ALTER TABLE system.files ADD COLUMN width integer, ADD COLUMN height integer;
