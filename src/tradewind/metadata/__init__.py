"""Definitions as plain data: objects, fields, views, layouts, roles, questions, actors."""
