-- What a pack is called and which others it needs, so that it can go out as files again.
ALTER TABLE system.packs ADD COLUMN labels jsonb NOT NULL DEFAULT '{}', ADD COLUMN requires text[] NOT NULL DEFAULT '{}';
