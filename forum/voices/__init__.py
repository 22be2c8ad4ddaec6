"""Voices: what members think of posts and comments, and what they keep, follow, mute or fold for themselves."""
