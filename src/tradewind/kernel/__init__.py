"""What everything stands on: ids, clock, SQL values, problems, settings, messages, log."""
