"""A question and a scope become one statement in which PostgreSQL makes the JSON."""
