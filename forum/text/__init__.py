"""Words in, safe HTML out: pure functions without models."""
