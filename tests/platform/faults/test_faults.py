"""Each fault of storage has its own words, exit code and cure, in every shape it comes in."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyspark.errors import PySparkException, PySparkTypeError

from clearance.errors import ProgramFault, StoreFault, SweepConflict, UsageError
from clearance.platform.faults.remedies import (
    as_clearance_error,
    name_store_in_faults,
    output_faults,
    storage_faults,
)
from clearance.platform.store.lock import exclusive_lock
from clearance.platform.store.store import Store


class Java:
    """What Py4J hands over: a chain of Java exceptions."""

    def __init__(self, name: str, text: str, cause: Java | None = None) -> None:
        self.name, self.text, self.cause = name, text, cause

    def getClass(self) -> Java:
        return self

    def getSimpleName(self) -> str:
        return self.name

    def toString(self) -> str:
        return f"org.example.{self.name}: {self.text}"

    def getCause(self) -> Java | None:
        return self.cause


def captured(*links: tuple[str, str]) -> PySparkException:
    """An exception around the links, outermost first."""
    java: Java | None = None
    for name, text in reversed(links):
        java = Java(name, text, java)
    error = PySparkException("a row: DOE,JANE 19700102")
    error._origin = java  # type: ignore[attr-defined]  # as PySpark sets it
    return error


class ConcurrentDeleteReadException(PySparkException):
    """Named as Delta's own; over Spark Connect there is no Java behind it."""


class Told(PySparkException):
    """As Spark Connect tells it: a condition and an SQLSTATE."""

    def __init__(self, condition: str, state: str) -> None:
        super().__init__("a row: DOE,JANE 19700102")
        self.codes = (condition, state)

    def getCondition(self) -> str:
        return self.codes[0]

    def getSqlState(self) -> str:
        return self.codes[1]


class Broken:
    """Rows that fail as soon as they are asked for anything."""

    @property
    def sparkSession(self) -> None:
        raise Told("UNRESOLVED_COLUMN", "42703")


@pytest.mark.parametrize(
    "error",
    [
        ConcurrentDeleteReadException("x"),
        Told("DELTA_METADATA_CHANGED", "2D521"),
        Told("ANY", "2D521"),
        captured(("SparkException", ""), ("ProtocolChangedException", "[DELTA_PROTOCOL_CHANGED]")),
        captured(("DeltaTableException", "[DELTA_CONCURRENT_APPEND.WITHOUT_HINT] added data")),
        captured(("ConcurrentTransactionException", "x")),
    ],
)
def test_a_commit_that_another_run_made_impossible_is_a_conflict(error: Exception) -> None:
    fault = as_clearance_error(error, doing="writing sweeps")
    assert isinstance(fault, SweepConflict)
    assert fault.exit_code == 5
    assert "writing sweeps" in fault.message
    assert "run the same command again" in fault.remedy


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No room is left"),
        (captured(("FSError", ""), ("IOException", "No space left on device")), "No room is left"),
        (captured(("SparkException", ""), ("IOException", "File too large")), "No room is left"),
        (OSError(errno.EROFS, "Read-only file system"), "may not be written"),
        (captured(("FileNotFoundException", "/a (Permission denied)")), "may not be written"),
        (captured(("DeltaIOException", "[DELTA_CANNOT_CREATE_LOG_PATH] x")), "may not be written"),
        (captured(("AccessControlException", "x")), "may not be written"),
        (captured(("SparkException", ""), ("FileNotFoundException", "x")), "damaged or gone"),
        (captured(("SparkException", "[FAILED_READ_FILE.NO_HINT] x")), "damaged or gone"),
        (captured(("SparkException", "[FAILED_READ_FILE.FILE_NOT_EXIST] x")), "is gone"),
        (Told("DELTA_TRUNCATED_TRANSACTION_LOG", "42K03"), "damaged or gone"),
        (captured(("JsonEOFException", "x")), "damaged or gone"),
        (captured(("SparkException", ""), ("OutOfMemoryError", "Java heap space")), "memory"),
        (ConnectionRefusedError(111, "refused"), "Spark stopped"),
        (captured(("ArithmeticException", "x")), "failed while"),
    ],
)
def test_every_other_fault_says_what_is_wrong_and_that_running_again_is_safe(
    error: Exception, words: str
) -> None:
    fault = as_clearance_error(error, doing="writing charges")
    assert isinstance(fault, StoreFault)
    assert fault.exit_code == 6
    assert words in fault.message
    assert "run the same command again" in fault.remedy


@pytest.mark.parametrize(
    "error",
    [
        # Delta's own is a subclass of Java's, which by itself is a list changed while it is read.
        captured(("SparkException", ""), ("ConcurrentModificationException", "null")),
        Told("UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"),
        PySparkTypeError("x"),
    ],
)
def test_what_no_store_and_no_other_run_can_cause_is_a_bug(error: Exception) -> None:
    fault = as_clearance_error(error, doing="writing charges")
    assert isinstance(fault, ProgramFault)
    assert fault.exit_code == 70
    assert "This is a bug" in fault.message and "writing charges" in fault.message
    assert "DOE" not in fault.message + fault.remedy


def test_a_bug_that_spark_threw_says_which_call_of_ours_led_to_it() -> None:
    with pytest.raises(ProgramFault) as caught, storage_faults("writing charges"):
        Store("x")._write(Broken(), "charges", mode="append")  # type: ignore[arg-type]
    assert "UNRESOLVED_COLUMN at platform/store/store.py:" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "no such thing in /data/No space left on device/store",
        "file:/data/[DELTA_TABLE_NOT_FOUND]/store",
        "s3a://CORRUPTED/store: 500",
        "hdfs://UNAVAILABLE/a",
        "/data/java.lang.OutOfMemoryError/x",
        "[CAST_INVALID_INPUT] The value 'Permission denied' of the type STRING cannot be cast",
        "the comment reads UNAVAILABLE, File too large, FAILED_READ_FILE or CORRUPTED",
    ],
)
def test_a_word_in_a_path_or_in_a_value_is_no_cause(text: str) -> None:
    fault = as_clearance_error(captured(("SparkException", text)), doing="writing")
    assert fault.message.startswith("The store or the cluster failed")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Job aborted: java.io.IOException: No space left on device\n\tat x",
            "No room",
        ),
        ("<_InactiveRpcError\n\tstatus = StatusCode.UNAVAILABLE\n", "Spark stopped"),
        ("Lost task 0.0: java.lang.OutOfMemoryError: Java heap space", "memory"),
        (
            "failed: org.apache.spark.SparkException: [FAILED_READ_FILE.NO_HINT] x",
            "damaged or gone",
        ),
    ],
)
def test_a_cause_that_stands_in_a_text_only_is_found(text: str, words: str) -> None:
    assert words in as_clearance_error(PySparkException(text), doing="writing").message


def _ended(raised: str, *options: str) -> subprocess.CompletedProcess[str]:
    script = (
        "from clearance.cli import main\n"
        "import clearance.rulebook.loading.load as load\n"
        f"def broken(*_, **__): raise {raised}\n"
        "load.load_rulebook = broken\n"
        f"main(['rules', 'list', *{list(options)!r}])\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )


def test_a_bug_ends_the_command_with_its_own_code_and_says_what_to_report() -> None:
    done = _ended("KeyError('DOE,JANE')")
    assert done.returncode == 70
    assert "This is a bug in Clearance" in done.stderr
    assert "KeyError at commands/rules/listing.py:" in done.stderr
    assert "Report the line above" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr and "DOE" not in done.stderr
    debug = _ended("KeyError('DOE,JANE')", "--debug")
    assert debug.returncode == 70
    assert "in broken" in debug.stderr and "DOE" not in debug.stderr
    assert _ended("OSError(24, 'Too many open files')").returncode == 6


def test_no_text_of_an_exception_reaches_the_reader() -> None:
    for error in (captured(("X", "DOE,JANE 19700102")), Told("DELTA_X", "1"), OSError("DOE,JANE")):
        fault = as_clearance_error(error, doing="writing")
        assert "JANE" not in fault.message + fault.remedy


def test_a_fault_names_its_store_once_and_a_fault_of_ours_stays_as_it_is() -> None:
    with (
        pytest.raises(StoreFault) as raised_by_spark,
        name_store_in_faults("s3a://state/store"),
        storage_faults("writing charges"),
    ):
        raise OSError(errno.ENOSPC, "full")
    assert raised_by_spark.value.message.count("s3a://state/store") == 1
    with pytest.raises(StoreFault) as loose, name_store_in_faults("s3a://state/store"):
        raise OSError(errno.ENOSPC, "full")
    assert loose.value.message.startswith("s3a://state/store: No room")
    with pytest.raises(StoreFault) as ours, name_store_in_faults("s3a://state/store"):
        raise StoreFault("Java is gone.", "Install it.")
    assert ours.value.message == "Java is gone."


def test_a_mistake_in_the_program_is_not_blamed_on_the_store() -> None:
    with pytest.raises(KeyError), storage_faults("writing"):
        raise KeyError("x")


def test_a_full_output_folder_is_a_fault_and_a_forbidden_one_wrong_use(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreFault, match=str(tmp_path)),
        output_faults(tmp_path, what="folder", remedy="r"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    with (
        pytest.raises(UsageError, match=str(tmp_path)),
        output_faults(tmp_path, what="folder", remedy="r"),
    ):
        raise OSError(errno.EACCES, "Permission denied")


def test_a_second_run_is_turned_away_while_the_first_one_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    with exclusive_lock(lock, doing="publishing into out"):
        with (
            pytest.raises(SweepConflict, match="Another run is publishing into out"),
            exclusive_lock(lock, doing="publishing into out"),
        ):
            pass
        assert lock.exists(), "the one turned away leaves the lock alone"
    assert not lock.exists()
    with exclusive_lock(lock, doing="publishing into out"):
        pass


def _hold(lock: Path, taken: object) -> None:
    with exclusive_lock(lock, doing="x"):
        taken.set()  # type: ignore[attr-defined]
        signal.pause()


def test_a_killed_run_leaves_its_file_but_not_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    context = multiprocessing.get_context("spawn")
    taken = context.Event()
    holder = context.Process(target=_hold, args=(lock, taken))
    holder.start()
    assert taken.wait(60)
    assert holder.pid is not None
    with pytest.raises(SweepConflict), exclusive_lock(lock, doing="x"):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    assert lock.exists()
    with exclusive_lock(lock, doing="x"):
        pass
    assert not lock.exists()


def test_of_many_runs_at_once_never_two_are_inside(tmp_path: Path) -> None:
    inside, most, won, turned_away = 0, 0, 0, 0
    guard, start = threading.Lock(), threading.Barrier(8)

    def run() -> None:
        nonlocal inside, most, won, turned_away
        start.wait()
        for _ in range(200):
            try:
                with exclusive_lock(tmp_path / ".lock", doing="x"):
                    with guard:
                        inside += 1
                        most = max(most, inside)
                    with guard:
                        inside -= 1
                        won += 1
            except SweepConflict:
                with guard:
                    turned_away += 1

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, won + turned_away) == (1, 1600)


def _claim(store: Store) -> None:
    with store.write_lock():
        pass


def test_a_step_may_claim_the_store_that_its_run_has_claimed(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with ThreadPoolExecutor(1) as another_run:
        with store.write_lock():
            with store.write_lock():
                pass
            # The inner claim has ended; the run's own has not.
            assert isinstance(another_run.submit(_claim, store).exception(), SweepConflict)
        assert another_run.submit(_claim, store).exception() is None


def test_a_store_is_claimed_by_one_writer_and_a_failed_first_ingest_leaves_no_folder(
    tmp_path: Path,
) -> None:
    store = Store(str(tmp_path / "new" / "store"))
    with store.write_lock():
        assert not Path(store.uri).exists(), "only ingest makes a store"
    with store.write_lock(make=True):
        assert Path(store.uri).stat().st_mode & 0o077 == 0
        with ThreadPoolExecutor(1) as another_run:
            refused = another_run.submit(_claim, store).exception()
        assert isinstance(refused, SweepConflict) and "new/store" in refused.message
    assert not Path(store.uri).exists()
    with store.write_lock(make=True):
        (Path(store.uri) / "charges").mkdir()
    assert [path.name for path in Path(store.uri).iterdir()] == ["charges"]
    with Store("s3a://bucket/store").write_lock(make=True):
        pass


def test_a_store_that_is_a_file_or_below_one_is_a_fault_before_spark_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for uri in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreFault, match=str(uri)), Store(str(uri)).write_lock(make=True):
            pass
