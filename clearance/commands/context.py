"""What every command does around its one call: settings, session, output, exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from clearance.errors import StoreFault, UsageError
from clearance.platform.faults.interrupt import heed_interrupts
from clearance.platform.paths import rules_folder
from clearance.platform.spark.java import use_java
from clearance.platform.spark.pages import events_kept, pages_settings
from clearance.platform.watch.meter import steps_taken, summary
from clearance.platform.watch.progress import say, show_on
from clearance.settings import Settings, load_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from clearance.platform.store.store import Store


@dataclass(frozen=True)
class Frame:
    """The options that every command has.

    Attributes:
        store: where the tables are; None where the command needs none.
        config: the configuration file; None for the one that comes with the project.
        as_json: one JSON document on stdout and nothing else there.
        json_file: where the document goes in place of stdout; None for stdout.
        quiet: no progress on stderr.
    """

    store: str | None = None
    config: Path | None = None
    as_json: bool = False
    json_file: Path | None = None
    quiet: bool = False
    rules: Path = field(default_factory=rules_folder)

    def settings(self) -> Settings:
        """The settings of this run."""
        return load_settings(self.config)

    def open_store(self, settings: Settings) -> Store:
        """The store that was named.

        Raises:
            UsageError: none was.
        """
        from clearance.platform.store.store import Store

        if not self.store:
            raise UsageError("No store was named.", "Add `--store FOLDER` or set CLEARANCE_STORE.")
        return Store(self.store, open_readers=settings.open_readers)

    def show_progress(self) -> None:
        """From now on steps say on stderr what they do, unless that is not wanted."""
        show_on(None if self.quiet else Console(stderr=True))

    @contextmanager
    def session(
        self, inputs: Sequence[str] = (), *, about_one: bool = False
    ) -> Iterator[SparkSession]:
        """The Spark session, stopped at the end where this run started it.

        Args:
            inputs: files, folders, globs or addresses that will be read beside the store.
            about_one: whether one person is asked for: then Spark has no pages and keeps no events.
        """
        os.umask(0o077)
        use_java()
        from clearance.commands.ahead import hashed_ahead
        from clearance.commands.size import is_small
        from clearance.platform.spark.session import build_session, end_jvm, is_submitted

        submitted = is_submitted()
        from clearance.platform.faults.remedies import naming

        self.show_progress()
        nothing: dict[str, str] = {}
        watched = not (submitted or about_one)
        with events_kept() if watched else nullcontext(nothing) as events:
            pages = pages_settings() if watched else nothing
            with hashed_ahead():
                small = is_small(self.store, inputs)
                spark = build_session(small=small, extra={**pages, **events})
            heed_interrupts()  # PySpark has put its own way in place
            if pages:
                say(f"Spark's pages: {spark.sparkContext.uiWebUrl}")
            try:
                with naming(self.store):
                    yield spark
            except KeyboardInterrupt:
                if not submitted:
                    end_jvm()  # before the store's lock is given back
                raise
            finally:
                if not submitted:
                    with suppress(Exception):  # a JVM that has died cannot be stopped
                        spark.stop()

    def look_for_json_folder(self) -> None:
        """Name a file for the result that cannot be written, before there is one.

        Raises:
            UsageError: its folder is not there, or it is a folder or a device.
        """
        file = self.json_file
        if file is None or (file.parent.is_dir() and (file.is_file() or not file.exists())):
            return
        why = "is no ordinary file" if file.exists() else "lies in a folder that is not there"
        raise UsageError(f"{file} {why}.", "Name a file in a folder that is there.")

    def show(self, result: Any, lines: Callable[[Console], None]) -> None:
        """Print the result: one JSON document, or lines for a person; what it took, on stderr.

        A document has what each step took under `steps`, where there were steps.

        Raises:
            StoreFault: the file named for the document cannot be written.
        """
        for line in summary(steps_taken()):
            say(line)
        if self.as_json:
            document = result.as_dict() if hasattr(result, "as_dict") else result
            if isinstance(document, dict) and (steps := steps_taken()):
                document = {**document, "steps": steps}
            unicode = (sys.stdout.encoding or "").lower().startswith("utf")
            plain = self.json_file is None and not unicode
            text = json.dumps(document, default=str, ensure_ascii=plain, sort_keys=True) + "\n"
            if self.json_file is not None:
                _write_aside(self.json_file, text)
                return
        else:
            console = Console(highlight=False, soft_wrap=True, markup=False)
            with console.capture() as captured:
                lines(console)
            text = captured.get()
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            _give_up_on_stdout()
            with suppress(OSError):
                why = f"The work is done; its result could not be printed ({error.strerror})."
                print(why, file=sys.stderr)


def _write_aside(file: Path, text: str) -> None:
    """The file whole or not at all, for its owner alone: a result may name people."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with suppress(FileNotFoundError):
            unfinished.unlink()
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(text)
        unfinished.replace(file)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise StoreFault(
            f"The work is done; its result could not be written to {file} ({error.strerror}).",
            "Name another file, or free some space, and run the same command again.",
        ) from error


def _give_up_on_stdout() -> None:
    """Nothing more is written there, also not when Python ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def as_date(text: str | None, option: str) -> date | None:
    """A date given on the command line.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option} `{text}` is no date.", f"Write it as YYYY-MM-DD: `{option} 2026-11-01`."
        ) from error


def needed_date(text: str | None, option: str) -> date:
    """A date that must be given; as-of never has a default.

    Raises:
        UsageError: it is missing or no date.
    """
    day = as_date(text, option)
    if day is None:
        raise UsageError(
            f"{option} is missing; it never has a default.", f"Add `{option} YYYY-MM-DD`."
        )
    return day
