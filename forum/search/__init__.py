"""Finds posts and comments by their words: one interface, and an index in each of the two databases."""
