"""Ctrl-C at any moment is one line and exit code 130; output that fails fails no finished run."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest
from rich.console import Console

from clearance.commands.context import CommandContext
from clearance.platform.faults.interrupt import INTERRUPTED

INTERRUPT = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
MOMENTS = {
    # While the first heavy module is imported.
    "import": """
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            interrupt()
sys.meta_path.insert(0, Finder())
main(["rules", "list"])
""",
    # In a verb, from where typer makes an exit code of it.
    "verb": """
import clearance.rulebook.loading.load as load
load.load_rulebook = lambda *_, **__: interrupt()
main(["rules", "list"])
""",
    # While a step holds on to things, and once more while it gives them back.
    "twice": """
import clearance.commands.app as app
def work(given):
    try:
        interrupt()
    finally:
        interrupt()
app.run_verb = work
main(["rules", "list"])
""",
    # Where Python would only print a traceback and go on.
    "finalizer": """
import clearance.commands.app as app
class Held:
    def __del__(self):
        interrupt()
def work(given):
    held = Held()
    del held
    print("went on")
app.run_verb = work
main(["rules", "list"])
""",
    # While threads are at work that nobody waits for.
    "threads": """
import threading, time
import clearance.commands.app as app
def work(given):
    threading.Thread(target=time.sleep, args=(60,)).start()
    interrupt()
app.run_verb = work
main(["rules", "list"])
""",
    # While a library logs what was cut short.
    "logging": """
import logging
import clearance.commands.app as app
def work(given):
    try:
        interrupt()
    except KeyboardInterrupt:
        logging.getLogger("py4j").exception("cut short")
        raise
app.run_verb = work
main(["rules", "list"])
""",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_at_any_moment_is_one_line_and_exit_130(moment: str) -> None:
    # Whoever runs the tests in the background has them started with the signal ignored.
    start = "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    start += f"from clearance.cli import main\ndef interrupt():\n    {INTERRUPT}\n"
    done = subprocess.run(
        [sys.executable, "-c", start + MOMENTS[moment]],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"{INTERRUPTED}\n")


def shown(
    stdout: io.TextIOWrapper, context: CommandContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines(console: Console) -> None:
        console.print("ingest    /data/[final] pe\N{LATIN SMALL LETTER N WITH TILDE}a.csv: 2 rows")

    monkeypatch.setattr(sys, "stdout", stdout)
    context.show({"file": "pe\N{LATIN SMALL LETTER N WITH TILDE}a\udcf1.csv"}, lines)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_output_is_printed_whatever_the_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for as_json in (False, True):
        printed = io.BytesIO()
        # As `main` sets it.
        stdout = io.TextIOWrapper(printed, encoding=encoding, errors="backslashreplace")
        shown(stdout, CommandContext(as_json=as_json), monkeypatch)
        text = printed.getvalue().decode(encoding)
        if as_json:
            named = json.loads(text)["file"]
            assert named == "pe\N{LATIN SMALL LETTER N WITH TILDE}a\udcf1.csv"
        else:
            assert "/data/[final] pe" in text


def test_a_result_that_nobody_reads_fails_no_finished_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        shown(stdout, CommandContext(), monkeypatch)  # type: ignore[arg-type]
    assert "The work is done" in capfd.readouterr().err


def test_a_name_that_the_terminal_cannot_show_ends_no_command() -> None:
    script = (
        "from clearance.cli import main\n"
        "import clearance.commands.app as app\n"
        "app.run_verb = lambda given: print(chr(241))\n"
        "main(['sweeps'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "\\xf1\n", "")
