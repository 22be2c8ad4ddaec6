"""Pages kept for all guests: made once, and served while nothing that shows on them has changed."""
