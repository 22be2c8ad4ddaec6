"""Names files of style and script by their content once `collectstatic` was run, plainly before."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Serves a fresh clone too: a file that the manifest lacks keeps its plain name."""

    def stored_name(self, name: str) -> str:
        if self.hash_key(self.clean_name(name)) in self.hashed_files:
            return str(super().stored_name(name))
        return name
