"""The moderators' desk: the admin as a place to read, judge and decide, where nothing is written but by actions."""
