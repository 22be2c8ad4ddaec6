"""The answer to a question: one comment that the asker, or a moderator, has marked."""
