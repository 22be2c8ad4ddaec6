"""What pages and posting cost, measured; figures to compare on one machine, never tests that pass or fail."""
