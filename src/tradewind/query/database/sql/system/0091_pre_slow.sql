-- What became of a question that was slow: '' until somebody decides, then building, ready or dismissed.
ALTER TABLE system.slow_questions ADD COLUMN state text NOT NULL DEFAULT '';
