"""What a spark-submit job says beside its result stands on another stream than the result."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from pyspark import SparkConf

from clearance.platform.spark.session import _log_is_set
from clearance.platform.watch.job_output import GATEWAY, JvmError, write_stderr_by_jvm


class Java:
    """A stream of the JVM that keeps what it is given, or does not answer."""

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        self.printed: list[str] = []

    def print(self, text: str) -> None:
        if not self.answers:
            raise ConnectionError
        self.printed.append(text)


def stream_to(java: Any) -> tuple[JvmError, io.StringIO]:
    own = io.StringIO()
    stream = JvmError(own)
    stream._stream = java
    return stream, own


def test_it_is_written_by_the_jvm_and_not_by_python() -> None:
    java = Java()
    stream, own = stream_to(java)
    print("determining 11 packs", file=stream, flush=True)
    assert "".join(java.printed) == "determining 11 packs\n"
    assert own.getvalue() == ""


def test_where_the_jvm_does_not_answer_python_writes_it() -> None:
    stream, own = stream_to(Java(answers=False))
    print("The store cannot be read.", file=stream)
    assert own.getvalue() == "The store cannot be read.\n"


def test_what_the_way_to_the_jvm_says_itself_goes_round_in_no_circle() -> None:
    java = Java()
    stream, own = stream_to(java)
    java.print = lambda text: print(f"sending {text}", file=stream)  # type: ignore[method-assign]
    stream.write("a line")
    assert own.getvalue() == "sending a line\n"


@pytest.mark.parametrize("submitted", [True, False])
def test_only_a_job_of_spark_submit_has_its_streams_kept_apart(
    submitted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = io.StringIO()
    monkeypatch.setattr(sys, "stderr", own)
    monkeypatch.delenv(GATEWAY, raising=False)
    if submitted:
        monkeypatch.setenv(GATEWAY, "1")
    write_stderr_by_jvm()
    write_stderr_by_jvm()
    found: Any = sys.stderr
    assert isinstance(found, JvmError) == submitted
    assert (found._fallback if submitted else found) is own


@pytest.mark.parametrize(
    ("settings", "is_set"),
    [
        ({}, False),
        ({"spark.driver.extraJavaOptions": "-Xss4m"}, False),
        ({"spark.log.level": "INFO"}, True),
        ({"spark.driver.extraJavaOptions": "-Dlog4j2.configurationFile=file:/x"}, True),
    ],
)
def test_what_spark_submit_was_told_of_its_log_stands(
    settings: dict[str, str], is_set: bool
) -> None:
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    assert _log_is_set(conf) == is_set
