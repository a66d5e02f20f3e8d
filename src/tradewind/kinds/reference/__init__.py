"""Reference data every installation shares: countries and currencies with their names in each language."""
