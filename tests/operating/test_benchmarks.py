"""What the measuring says and leaves behind: a missing program is no figure, and no server outlives it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import report, serving
from benchmarks.serving import ROOT


def listener(port: int) -> list[str]:
    """A server that does nothing."""
    return [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]


def is_there(pid: int) -> bool:
    """Whether a process runs, and is not only waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int) -> bool:
    """Whether a process ends within some seconds."""
    until = time.monotonic() + 10
    while is_there(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_there(pid)


def test_a_missing_program_ends_the_measuring_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(SystemExit, match=r"wrk is missing\. As root: apt-get install wrk") as ended:
        serving.program("wrk")
    assert ended.value.code != 0


def test_a_server_ends_with_its_block_whatever_happens_there(tmp_path: Path) -> None:
    port = serving.free_port()
    pids = []

    def measure() -> None:
        with serving.running(listener(port), port, tmp_path / "log") as server:
            pids.append(server.process.pid)
            assert is_there(server.process.pid)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure()
    assert gone(pids[0])


def test_a_server_ends_where_the_measuring_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, time\nfrom benchmarks import serving\nport = serving.free_port()\n"
        "command = [sys.executable, '-m', 'http.server', str(port), '--bind', '127.0.0.1']\n"
        f"with serving.running(command, port, pathlib.Path({str(tmp_path)!r}) / 'log') as server:\n"
        "    print(server.process.pid, flush=True)\n    time.sleep(60)\n"
    )
    measuring = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert measuring.stdout is not None
    server = int(measuring.stdout.readline())
    measuring.send_signal(signal.SIGKILL)
    measuring.communicate()
    assert gone(server)


def test_a_server_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no room')"]
    with pytest.raises(SystemExit, match="no room"), serving.running(command, serving.free_port(), tmp_path / "log"):
        pass


def test_measuring_the_search_says_what_it_needs(tmp_path: Path) -> None:
    code = (
        "from benchmarks.search import main\n"
        "for arguments in ['bogus'], ['make', 'many'], []:\n"
        "    try:\n        main(arguments)\n    except SystemExit as end:\n        print(end)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.defpath, "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    usage = "Say make, or make with a number of comments, run or drop."
    need = "There are no comments to search in. Make them: python -m benchmarks.search make"
    assert (done.stdout.splitlines(), done.stderr) == ([usage, usage, need], "")
    assert not list(tmp_path.iterdir())


def test_the_table_tells_what_was_hoped_for_and_missed() -> None:
    rows = [
        report.Row("kept", "900 a second", 0.5, 0.9, 0.04, report.at_least(0.9, 0.65, "≥ 65 %")),
        report.Row("made", "20 a second", 40.0, 0.02, None, report.both(report.at_most(40.0, 12, "≤ 12 ms"))),
        report.Row("slow", "worst 5 ms"),
    ]
    kept, made, slow = report.table(rows).splitlines()[2:]
    assert kept.endswith(" met")
    assert made.endswith("MISSED")
    assert "4.0%" in kept
    assert slow.split() == ["slow", "worst", "5", "ms"]
