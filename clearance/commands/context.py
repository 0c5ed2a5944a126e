"""What a verb has around its one call: the common options, settings, store, session, output."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from clearance.commands.output import print_json, print_lines, write_json
from clearance.errors import UsageError
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
class CommandContext:
    """The options that verbs have in common, and what a verb does by them.

    Attributes:
        store: where the tables are; None where the command needs none.
        config: the configuration file; None for the one that comes with the project.
        as_json: one JSON document on stdout and nothing else there.
        json_file: where the document goes in place of stdout; None for stdout.
        quiet: no progress on stderr.
        rules: the rules folder.
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
    def session(self, inputs: Sequence[str] = ()) -> Iterator[SparkSession]:
        """The Spark session, stopped at the end where this run started it.

        Args:
            inputs: files, folders, globs or addresses that will be read beside the store.
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
        with nullcontext(nothing) if submitted else events_kept() as events:
            pages = nothing if submitted else pages_settings()
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

    def show(self, result: Any, lines: Callable[[Console], None]) -> None:
        """Print the result, or write its document into the file named; what it took, on stderr.

        Args:
            result: what the verb made.
            lines: prints it for a person, where no document is asked for.

        Raises:
            StoreFault: the file cannot be written.
        """
        for line in summary(steps_taken()):
            say(line)
        if not self.as_json:
            print_lines(lines)
        elif self.json_file is None:
            print_json(result)
        else:
            write_json(result, self.json_file)


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
