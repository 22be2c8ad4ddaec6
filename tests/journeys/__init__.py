"""Journeys through the site in a real browser, with scripts switched off."""
