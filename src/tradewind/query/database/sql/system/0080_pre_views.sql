-- Lines of the log about a page of records are found by each of the records.
CREATE INDEX change_values_records ON system.change_values USING gin ((payload->'records')) WHERE payload ? 'records';
