"""Moderation: reports, holds, actions with reasons, limits, and the removal of names."""
