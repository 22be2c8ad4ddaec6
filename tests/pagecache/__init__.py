"""Pages that are kept for guests."""
