"""Names the files of style and script by their content once `collectstatic` was run, and plainly before that."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Serves a fresh clone too: a file that the manifest lacks keeps its plain name instead of breaking the page."""

    def stored_name(self, name: str) -> str:
        if self.hash_key(self.clean_name(name)) in self.hashed_files:
            return super().stored_name(name)
        return name
