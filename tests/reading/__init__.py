"""What readers have read, how they fold, and how they prefer to read."""
