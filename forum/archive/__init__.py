"""Archives: one reader a format, a plan that accounts for every line, and its loading."""
