"""What keeps the site running: commands for its operator, and the table that counts over all workers."""
