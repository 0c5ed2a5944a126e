"""Commands that are killed: as a process group that is watched, or in this process at a write."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from clearance.platform.store.store import Store
from clearance.publish.notices import to_courts as notices
from clearance.publish.packets import packets
from soak.sessions import QUICK

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 900
# What ends a command: after or before one of these is called.
WRITES = tuple((Store, name) for name in ("append", "replace", "upsert", "replace_people"))
MOVES = ((packets, "move_into_place"), (notices, "move_lists"))


def environment(**more: str) -> dict[str, str]:
    """This process's environment without its Spark variables, with this checkout as PYTHONPATH."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("PYSPARK_")}
    return own | {"PYTHONPATH": str(ROOT), "JAVA_TOOL_OPTIONS": QUICK} | more


@dataclass
class Victim:
    """A running `clearance` command.

    Attributes:
        lines: the lines on stderr so far, each with the seconds since the start.
    """

    arguments: Sequence[str]
    prelude: str = ""
    lines: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        code = f"{self.prelude}\nfrom clearance.cli import main\nmain()"
        command = [sys.executable, "-c", code, *self.arguments]
        self.began = time.monotonic()
        self.process: subprocess.Popen[Any] = subprocess.Popen(
            command,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append((time.monotonic() - self.began, line.rstrip("\n")))

    @property
    def group(self) -> int:
        """The process group: Python and the JVM."""
        return self.process.pid

    def go(self) -> None:
        """Let a victim continue whose prelude waits for a line on stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def has_printed(self, words: str) -> bool:
        """Whether a line on stderr holds the words."""
        return any(words in line for _, line in list(self.lines))

    def wait(self) -> int:
        """Wait until it ends; returns the exit code."""
        code = self.process.wait(timeout=PATIENCE)
        self.reader.join(timeout=10)
        return code

    def kill_when(self, moment: Callable[[Victim], bool], *, delay: float) -> bool:
        """Kill the group `delay` seconds after `moment`; returns False where it ended before."""
        while not moment(self):
            if self.process.poll() is not None:
                return False
            time.sleep(0.004)
        try:
            self.process.wait(timeout=delay)
            return False
        except subprocess.TimeoutExpired:
            self.kill()
            return True

    def kill(self) -> None:
        """SIGKILL to Python and the JVM at once; returns when both are gone."""
        os.killpg(self.group, signal.SIGKILL)
        self.process.wait()
        while True:
            try:
                os.killpg(self.group, 0)
            except (ProcessLookupError, PermissionError):
                break
            time.sleep(0.005)
        self.reader.join(timeout=10)


class Killed(BaseException):
    """Stands for the end of the process."""


@contextlib.contextmanager
def dying(at: int, *, late: bool) -> Iterator[None]:
    """Raise Killed at a write or move: after it where `late`, before it otherwise.

    Args:
        at: which one, from 1.
        late: whether the write is done.
    """
    calls = iter(range(1, 10_000))

    def then_die(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def instead(*given: Any, **named: Any) -> Any:
            is_last = next(calls) == at
            if is_last and not late:
                raise Killed
            result = call(*given, **named)
            if is_last:
                raise Killed
            return result

        return instead

    with contextlib.ExitStack() as patched:
        for place, name in (*WRITES, *MOVES):
            patched.enter_context(patch.object(place, name, then_die(getattr(place, name))))
        yield
