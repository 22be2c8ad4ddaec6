"""Commands of comments."""
