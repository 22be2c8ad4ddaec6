"""Tests of votes, marks and their lists."""
