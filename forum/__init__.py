"""The site: everything that is not a post or a comment."""
