"""The context of a verb: its common options, settings, store, session and output."""

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
from clearance.platform.faults.interrupt import handle_interrupts
from clearance.platform.paths import rules_folder
from clearance.platform.spark.java import use_java
from clearance.platform.spark.pages import event_log_settings, pages_settings
from clearance.platform.watch.meter import steps_taken, summary
from clearance.platform.watch.progress import print_line, show_on
from clearance.settings import Settings, load_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from clearance.platform.store.store import Store


@dataclass(frozen=True)
class CommandContext:
    """The common options of verbs, with the settings, store, session and output made from them.

    Attributes:
        store: the store's folder or address; None where the command needs none.
        config: the configuration file; None for the project's own.
        as_json: whether the result is printed as one JSON document, with nothing else on stdout.
        json_file: the file for the document; None for stdout.
        quiet: whether no progress is shown on stderr.
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
        """The store that the options name.

        Raises:
            UsageError: they name none.
        """
        from clearance.platform.store.store import Store

        if not self.store:
            raise UsageError("No store was named.", "Add `--store FOLDER` or set CLEARANCE_STORE.")
        return Store(self.store, open_readers=settings.open_readers)

    def show_progress(self) -> None:
        """Show progress on stderr from now on, unless `quiet`."""
        show_on(None if self.quiet else Console(stderr=True))

    @contextmanager
    def session(self, inputs: Sequence[str] = ()) -> Iterator[SparkSession]:
        """The Spark session, stopped at the end where this run started it.

        Args:
            inputs: files, folders, globs or addresses that will be read beside the store.
        """
        os.umask(0o077)
        use_java()
        from clearance.commands.ahead import hash_code_in_background
        from clearance.commands.size import is_small
        from clearance.platform.spark.session import build_session, end_jvm, is_submitted

        submitted = is_submitted()
        from clearance.platform.faults.remedies import name_store_in_faults

        self.show_progress()
        no_settings: dict[str, str] = {}
        with nullcontext(no_settings) if submitted else event_log_settings() as events:
            pages = no_settings if submitted else pages_settings()
            with hash_code_in_background():
                small = is_small(self.store, inputs)
                spark = build_session(small=small, extra={**pages, **events})
            handle_interrupts()  # PySpark has installed its own handler
            if pages:
                print_line(f"Spark's pages: {spark.sparkContext.uiWebUrl}")
            try:
                with name_store_in_faults(self.store):
                    yield spark
            except KeyboardInterrupt:
                if not submitted:
                    end_jvm()  # before the store's lock is released
                raise
            finally:
                if not submitted:
                    with suppress(Exception):  # a JVM that has died cannot be stopped
                        spark.stop()

    def show(self, result: Any, lines: Callable[[Console], None]) -> None:
        """Print the result or write it into the JSON file; print the steps' figures on stderr.

        Args:
            result: of the verb.
            lines: prints the result for a person, where no JSON is requested.

        Raises:
            StoreFault: the file cannot be written.
        """
        for line in summary(steps_taken()):
            print_line(line)
        if not self.as_json:
            print_lines(lines)
        elif self.json_file is None:
            print_json(result)
        else:
            write_json(result, self.json_file)


def parse_date(text: str | None, option: str) -> date | None:
    """A date of the command line; None where the option is not given.

    Args:
        text: the option's value.
        option: its name, for the message.

    Raises:
        UsageError: the text is no date.
    """
    if text is None:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"Invalid date `{text}` for {option}.",
            f"Write it as YYYY-MM-DD: `{option} 2026-11-01`.",
        ) from error


def required_date(text: str | None, option: str) -> date:
    """A date of the command line that must be given; as-of never has a default.

    Args:
        text: the option's value.
        option: its name, for the message.

    Raises:
        UsageError: the option is missing, or its value is no date.
    """
    day = parse_date(text, option)
    if day is None:
        raise UsageError(
            f"{option} is missing; it never has a default.", f"Add `{option} YYYY-MM-DD`."
        )
    return day
