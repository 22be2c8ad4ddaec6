"""Comments: the tree of answers under a post."""
