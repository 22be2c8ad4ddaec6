"""A table of the database for what must be counted over all workers when there is no cache server."""
