"""Every command of the README runs as it is written."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from soak.victims import environment

from clearance.cli import _code
from clearance.store import Store
from tests.line.conftest import Line

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.S)
    for line in block.strip().splitlines()
]
BIN = Path(sys.executable).parent
# They take long, and a test of their own runs them.
RUN_ELSEWHERE = {
    ".venv/bin/clearance rules test": ROOT / "tests" / "rules" / "test_cases.py",
}


def clearance_commands() -> list[str]:
    return [line for line in COMMANDS if line.startswith(".venv/bin/clearance ")]


def test_the_readme_holds_no_command_of_another_kind() -> None:
    others = [line for line in COMMANDS if line not in clearance_commands()]
    kinds = {line.split()[0] for line in others}
    assert kinds == {"scripts/demo", "scripts/test", ".venv/bin/spark-submit"}


def test_every_clearance_command_runs_in_the_order_of_the_page(
    spark: SparkSession,
    line: Line,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The demo's folder, made smaller by the fixture; the rest of the page stands on it.
    monkeypatch.chdir(tmp_path)
    for store in ("out/demo/store", "mine"):
        shutil.copytree(line.place.store, store)
    names = {"FILES...": line.files, "STORE": ["mine"], "OUT": ["mine_out"]}
    for command in clearance_commands():
        if command in RUN_ELSEWHERE:
            words = json.dumps(shlex.split(command)[1:])[1:-1]
            assert words in RUN_ELSEWHERE[command].read_text(encoding="utf-8"), command
            continue
        if "SWEEP" in command:
            sweeps = Store("mine").read(spark, "sweeps").select("sweep_id").collect()
            names["SWEEP"] = [sweeps[-1][0]]
        words = [part for word in shlex.split(command)[1:] for part in names.get(word, [word])]
        assert _code(words, debug=True) == 0, command


def test_spark_submit_gives_the_digest_of_the_command(line: Line, tmp_path: Path) -> None:
    (command,) = [part for part in COMMANDS if "spark-submit" in part]
    names = {
        ".venv/bin/spark-submit": [str(BIN / "spark-submit")],
        "FILES...": line.files,
        "STORE": [str(tmp_path / "store")],
        "OUT": [str(tmp_path / "out")],
    }
    words = [part for word in shlex.split(command) for part in names.get(word, [word])]
    # What spark-submit was told must reach the session as it is.
    told = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (tmp_path / "events").as_uri(),
        "spark.eventLog.compress": "false",
        "spark.sql.codegen.hugeMethodLimit": "7999",
        "spark.sql.shuffle.partitions": "3",
    }
    (tmp_path / "events").mkdir()
    words[1:1] = [part for key, value in told.items() for part in ("--conf", f"{key}={value}")]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=environment(PYSPARK_PYTHON=sys.executable),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert line.said["determine"]["digest"] in done.stdout
    events = [path for path in (tmp_path / "events").rglob("*") if path.is_file()]
    settings = [
        json.loads(event)["Spark Properties"]
        for path in events
        for event in path.read_text(encoding="utf-8").splitlines()
        if "SparkListenerEnvironmentUpdate" in event
    ]
    assert settings
    for key, value in told.items():
        assert settings[0][key] == value
    assert settings[0]["spark.databricks.delta.snapshotPartitions"] == "1"
