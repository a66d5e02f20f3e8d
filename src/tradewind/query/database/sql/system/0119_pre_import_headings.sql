-- Which rows name the columns, by sheet, where somebody said so; 0 says that none does.
ALTER TABLE system.imports ADD COLUMN header_rows jsonb NOT NULL DEFAULT '{}';
