"""People: members who sign in and persons whose words came from an archive."""
