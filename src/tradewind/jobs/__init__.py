"""The one queue and timetable, in PostgreSQL."""
