-- Likeness of names: similarity() of the contrib extension pg_trgm.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
