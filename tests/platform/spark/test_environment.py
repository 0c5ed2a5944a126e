"""What keeps Spark from starting is named with its cure; doctor looks at one thing at a time."""

from __future__ import annotations

import json
import pwd
import socket
from pathlib import Path

import pytest

from clearance.cli import exit_code
from clearance.errors import StoreFault
from clearance.platform.spark.environment import CHECKS, NoCauseFound, explain_failed_start

VARIABLES = (
    "SPARK_HOME SPARK_REMOTE SPARK_LOCAL_REMOTE SPARK_CONNECT_MODE_ENABLED SPARK_API_MODE "
    "SPARK_LOCAL_IP SPARK_CONF_DIR SPARK_LOCAL_DIRS PYSPARK_SUBMIT_ARGS CLEARANCE_STORE"
).split()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def faults() -> dict[str, StoreFault]:
    """The checks that fail."""
    found = {}
    for name, check in CHECKS:
        try:
            assert check()
        except StoreFault as fault:
            assert fault.message and fault.remedy
            found[name] = fault
    return found


def nobody(*_: object) -> None:
    raise KeyError


def no_address(*_: object) -> None:
    raise socket.gaierror


def broken(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Break one thing; returns words that the fault must have."""
    conf = folder / "spark-defaults.conf"
    if name == "SPARK_HOME":
        monkeypatch.setenv("SPARK_HOME", str(folder))
        return str(folder)
    if name == "Spark Connect":
        monkeypatch.setenv("SPARK_REMOTE", "sc://localhost")
        return "SPARK_REMOTE"
    if name == "host name":
        monkeypatch.setattr(socket, "getaddrinfo", no_address)
        return socket.gethostname()
    if name == "user name":
        monkeypatch.setattr(pwd, "getpwuid", nobody)
        return "has no name"
    if name == "event log":
        monkeypatch.setenv("SPARK_CONF_DIR", str(folder))
        conf.write_text(
            "# log\nspark.eventLog.enabled true\nspark.eventLog.dir=file:/none/events\n"
        )
        return "/none/events"
    monkeypatch.setenv("SPARK_LOCAL_DIRS", f"{folder},{conf}/x")
    conf.write_text("")
    return f"{conf}/x"


def test_an_environment_in_which_spark_starts_has_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faults() == {}
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("SPARK_LOCAL_DIRS", str(tmp_path / "not" / "yet"))
    (tmp_path / "spark-defaults.conf").write_text(
        f"spark.eventLog.enabled\ttrue\nspark.eventLog.dir  {tmp_path}\n"
    )
    assert faults() == {}
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--conf spark.eventLog.dir=/none pyspark-shell")
    assert list(faults()) == ["event log"]
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", no_address)
    assert list(faults()) == ["event log"]


def test_a_spark_home_of_another_release_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "spark-submit").touch()
    (tmp_path / "jars").mkdir()
    jar = tmp_path / "jars" / "spark-core_2.12-3.5.1.jar"
    jar.touch()
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    assert "a Spark 3.5.1" in faults()["SPARK_HOME"].message
    jar.rename(tmp_path / "jars" / "spark-core_2.13-4.2.9.jar")
    assert faults() == {}


@pytest.mark.parametrize("name", [name for name, _ in CHECKS])
def test_doctor_says_which_one_check_fails_and_every_other_command_why_spark_did_not_start(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = broken(name, tmp_path, monkeypatch)
    monkeypatch.setattr(
        "clearance.platform.spark.session.build_session", None
    )  # starting Spark would fail
    assert list(faults()) == [name]
    cause = explain_failed_start("Exception in thread main", kind="PySparkRuntimeError")
    assert words in cause.message and cause.remedy == faults()[name].remedy
    assert exit_code(["doctor", "--json"], debug=False) == 6
    captured = capsys.readouterr()
    checks = {check["check"]: check for check in json.loads(captured.out)}
    wrong = [name for name, check in checks.items() if not check["ok"]]
    assert [one for one in wrong if one not in ("java", "delta's jars")] == [name, "spark"]
    assert words in checks[name]["seen"] and "clearance doctor" not in captured.out
    assert len(checks) > len(CHECKS) + 5 and captured.err == ""


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("Error: Could not create the Java Virtual Machine.", "options"),
        ("# There is insufficient memory for the Java Runtime Environment", "memory"),
        ("java.lang.UnsupportedClassVersionError: org/apache", "too old"),
        ("java.net.BindException: Cannot assign requested address", "address"),
    ],
)
def test_where_the_environment_is_right_what_java_says_tells_the_cause(
    output: str, words: str
) -> None:
    fault = explain_failed_start(f"WARN x\n{output}\n\tat a.b.C(D.java:1)", kind="X")
    assert words in fault.message and "D.java" not in fault.message + fault.remedy
    unknown = explain_failed_start("something else", kind="PySparkRuntimeError")
    assert isinstance(unknown, NoCauseFound) and "PySparkRuntimeError" in unknown.message
