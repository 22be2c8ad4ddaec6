"""What a search asks of the index, in the index's own words: the same for both databases."""

from __future__ import annotations

from dataclasses import dataclass

from forum.search.keys import END, FIRST

Phrase = tuple[str, ...]


class TooSlow(Exception):  # noqa: N818  not an error: the search is told to be too wide
    """The database did not find an answer within the second that a search may take."""


@dataclass(frozen=True)
class Wanted:
    """Of each group of ``every`` one phrase must stand in the words, and none of ``none``; ``every`` is not empty.

    Keys are from ``begin`` on and below ``end``. The index knows neither tags nor names: of those that are asked for or
    left out it is told the threads and the people, so many at most. Whoever reads what was found leaves out the rest:
    what stands under a post with one of ``no_tags`` and what was written by an archive's person called as in
    ``no_names``.
    """

    every: tuple[tuple[Phrase, ...], ...]
    none: tuple[Phrase, ...] = ()
    begin: int = FIRST
    end: int = END
    no_tags: tuple[int, ...] = ()
    no_names: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[Phrase, ...]:
        """The phrases that readers typed: those that no mark begins."""
        return tuple(group[0] for group in self.every if not group[0][0].startswith("§"))
