"""The queue in which suggested replies wait for a moderator."""
