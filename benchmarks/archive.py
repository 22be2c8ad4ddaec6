"""Reads saved pages that a person labelled and tells how right the import is: `python -m benchmarks.archive FOLDER`."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.scoring import Score, score
from forum.archive import corrections
from forum.archive.items import SavedFile
from forum.archive.limits import Refused
from forum.archive.plan import make_plan, tally

_WORST: Final = 5
_MEDIAN: Final = 0.98
_NEARLY_ALL: Final = 0.95
_OF_PAGES: Final = 0.9
_AUTHORS: Final = 0.98
_WRONG_PARENTS: Final = 0.01
_HEAD: Final = (
    f"{'file':<44} {'found':>9} {'import':>6} {'recall':>6} {'prec.':>6} {'author':>9} {'time':>9} {'body':>9} "
    f"{'parents r/w/m':>13} {'proved':>6} {'quotes':>6} {'score':>6} {'sec.':>5}"
)


def read(path: Path, labels: Path) -> tuple[Score, float]:
    """The score of one file and the seconds it took; a refusal finds nothing."""
    labelled = json.loads(labels.read_text())
    kind = f"{path.parent.name} ({path.suffix})"
    began = time.perf_counter()
    try:
        plan = make_plan(SavedFile(path.name, path=path), corrections.for_file(path.stem))
        threads = list(plan.threads)
    except Refused as error:
        truth = len(labelled.get("comments") or labelled.get("messages") or [])
        return Score(path.stem, kind, truth, refused=error.reason), time.perf_counter() - began
    told = score(path.stem, kind, labelled, threads[0])
    took = time.perf_counter() - began
    if sum(tally(threads[0]).values()) != threads[0].line_count:
        told.odd.append("the sum of its lines is not the file's")
    return told, took


def table(scores: Iterable[tuple[Score, float]]) -> Iterable[str]:
    """A line for each file."""
    yield _HEAD
    for one, took in scores:
        if one.refused:
            yield f"{one.name[:44]:<44} {f'0/{one.truth}':>9} refused: {one.refused}"
            continue
        right = " ".join(f"{f'{a}/{b}':>9}" for a, b in (one.author, one.time, one.body))
        parents = f"{one.parents_right}/{one.parents_wrong}/{one.parents_missed}"
        yield (
            f"{one.name[:44]:<44} {f'{one.found}/{one.truth}':>9} {one.imported:>6} {one.recall:>6.3f} "
            f"{one.precision:>6.3f} {right} {parents:>13} {one.proved:>6} "
            f"{f'{one.quotes[0]}/{one.quotes[1]}':>6} {one.points:>6.1f} {took:>5.1f}"
        )
        yield from (f"    {odd}" for odd in one.odd)


def summary(scores: Sequence[Score]) -> tuple[list[str], list[str]]:
    """What is told of a kind, and the targets that it misses."""
    recalls, precisions = ([getattr(one, name) for one in scores] for name in ("recall", "precision"))
    good = sum(r >= _NEARLY_ALL and p >= _NEARLY_ALL for r, p in zip(recalls, precisions, strict=True))
    authors = _of(scores, lambda one: one.author)
    right, wrong, missed, proved = (
        sum(getattr(one, name) for one in scores)
        for name in ("parents_right", "parents_wrong", "parents_missed", "proved")
    )
    amiss = wrong / max(1, right + wrong + proved)
    targets = (
        (statistics.median(recalls) >= _MEDIAN, f"median recall is under {_MEDIAN}"),
        (statistics.median(precisions) >= _MEDIAN, f"median precision is under {_MEDIAN}"),
        (good >= _OF_PAGES * len(scores), f"under {_OF_PAGES:.0%} of the files reach {_NEARLY_ALL} in both"),
        (authors >= _AUTHORS, f"fewer than {_AUTHORS:.0%} of the authors are right"),
        (amiss <= _WRONG_PARENTS, f"more than {_WRONG_PARENTS:.0%} of the parents set are wrong"),
        (not any(one.odd for one in scores), "lines are not accounted for"),
    )
    told = [
        f"  median recall {statistics.median(recalls):.3f}, precision {statistics.median(precisions):.3f}, "
        f"score {statistics.median(one.points for one in scores):.1f}; "
        f"tenth percentile {_tenth(recalls):.3f}, {_tenth(precisions):.3f}, {_tenth([s.points for s in scores]):.1f}",
        f"  {good} of {len(scores)} files reach {_NEARLY_ALL} in both; authors {authors:.4f}, "
        f"times {_of(scores, lambda one: one.time):.4f}, bodies {_of(scores, lambda one: one.body):.4f}",
        f"  parents: {right} right, {wrong} wrong ({amiss:.2%} of those set), {missed} missed; {proved} set by a "
        "quotation on pages that show none, to the comment whose words they are",
        "  worst: " + ", ".join(f"{s.name} {s.points:.1f}" for s in sorted(scores, key=lambda s: s.points)[:_WORST]),
    ]
    return told, [words for holds, words in targets if not holds]


def main(folder: Path) -> int:
    """Prints table and summary for each kind; 1 when a target is missed, 2 when nothing is labelled."""
    pairs = [(path, labels) for labels in sorted(folder.rglob("*.truth.json")) for path in _labelled_by(labels)]
    if not pairs:
        print(f"No NAME.txt or NAME.html with a NAME.truth.json is in {folder}.", file=sys.stderr)
        return 2
    scores = [read(*pair) for pair in pairs]
    missed_any = False
    for kind in dict.fromkeys(one.kind for one, _ in scores):
        of_kind = [(one, took) for one, took in scores if one.kind == kind]
        told, missed = summary([one for one, _ in of_kind])
        print(f"\n{kind}: {len(of_kind)} files", *table(of_kind), *told, sep="\n")
        print("  targets: " + ("; ".join(missed) if missed else "all met"))
        missed_any |= bool(missed)
    return int(missed_any)


def _labelled_by(labels: Path) -> Iterable[Path]:
    stem = labels.name.removesuffix(".truth.json")
    return (path for suffix in (".txt", ".html") if (path := labels.with_name(stem + suffix)).exists())


def _of(scores: Sequence[Score], count: Callable[[Score], tuple[int, int]]) -> float:
    right, of = (sum(values) for values in zip(*(count(one) for one in scores), strict=True))
    return right / of if of else 1.0


def _tenth(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 10]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) if len(sys.argv) > 1 else "python -m benchmarks.archive FOLDER")
