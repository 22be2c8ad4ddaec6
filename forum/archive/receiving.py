"""Takes uploaded files in, and stops at the size that an import may have before anything is kept of the rest."""

from __future__ import annotations

from typing import IO, Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from forum.archive.limits import MAX_BYTES

TOO_LARGE = "forum.upload_too_large"
_ROOM = 1024 * 1024
"""Bytes that a form may have beside its file."""


class Bounded(FileUploadHandler):
    """Counts the bytes of the files of a request; those of one that is too large are thrown away.

    The request says so afterwards under ``TOO_LARGE`` in its ``META``, with what its form said before the file.
    """

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, Any],  # noqa: N803  Django's name
        content_length: Any,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Begin to count."""
        self._left = MAX_BYTES + _ROOM

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass on what there is room for."""
        self._left -= len(raw_data)
        if self._left < 0:
            if self.request is not None:
                self.request.META[TOO_LARGE] = True
            raise StopUpload
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler makes the file."""
