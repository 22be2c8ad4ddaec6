"""What the words of a post or a comment were before, and who quotes them."""
