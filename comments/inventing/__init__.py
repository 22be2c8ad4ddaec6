"""Threads and sites that nobody wrote, of any size, to try out and to measure: the same seed, the same rows."""
