-- The currency in which amounts of different currencies are added up: chosen at the first start, and from then on the installation's.
ALTER TABLE system.catalog_state ADD COLUMN base_currency text;
