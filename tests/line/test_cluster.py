"""The README's spark-submit on a real cluster: Spark's standalone master and two workers.

The workers' executors have no Python. An executor that is killed on the way is in
scripts/soak/cluster.py.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

from pyspark import SparkConf
from soak.cluster import NO_PYTHON, PATIENCE, WORKERS, run_command, standalone

from clearance.platform.paths import jars_folder
from clearance.platform.spark.session import settings_under_submit
from tests.commands.test_readme import COMMANDS
from tests.support.stores import Line

# What spark-submit was told must reach the session as it is.
GIVEN = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.sql.codegen.hugeMethodLimit": "7999",
    "spark.sql.shuffle.partitions": "3",
}


def test_spark_submit_on_a_cluster_gives_the_digest_of_the_command(
    line: Line, tmp_path: Path
) -> None:
    (command,) = [part for part in COMMANDS if "spark-submit" in part]
    names = {
        ".venv/bin/spark-submit": [str(Path(sys.executable).parent / "spark-submit")],
        ".jars/*.jar": [f"{jars_folder()}/*.jar"],
        "FILES...": line.files,
        "STORE": [str(tmp_path / "store")],
        "OUT": [str(tmp_path / "out")],
    }
    words = [part for word in shlex.split(command) for part in names.get(word, [word])]
    (tmp_path / "events").mkdir()
    given = GIVEN | {"spark.eventLog.dir": (tmp_path / "events").as_uri()}
    with standalone(tmp_path / "cluster") as cluster:
        job = run_command([words[0], *cluster.options(given), *words[1:]])
        out, err = job.communicate(timeout=PATIENCE)
    assert job.returncode == 0, err[-2000:]
    # Nothing but the result stands in what it prints, and nothing of Spark's log beside it.
    assert json.loads(out)["determine"]["digest"] == line.said["determine"]["digest"]
    assert "determining" in err
    # Spark says its version before it heeds the level.
    _, afterwards = err.split('Setting Spark log level to "OFF"', 1)
    assert " INFO " not in afterwards
    events = events_in(tmp_path / "events")
    settings = next(event["Spark Properties"] for event in events if "Spark Properties" in event)
    assert settings.items() >= given.items()
    assert settings["spark.executorEnv.PYSPARK_PYTHON"] == NO_PYTHON
    worked = {
        event["Task Info"]["Executor ID"]
        for event in events
        if event["Event"] == "SparkListenerTaskEnd"
    }
    assert len(worked) == WORKERS, "both workers' executors did some of it"


def events_in(folder: Path) -> list[dict[str, Any]]:
    """The events that Spark logged into a folder."""
    return [
        json.loads(event)
        for path in folder.rglob("*")
        if path.is_file()
        for event in path.read_text(encoding="utf-8").splitlines()
        if event.startswith("{")
    ]


def test_spark_submit_on_one_machine_gets_the_settings_of_one() -> None:
    name = "spark.databricks.delta.snapshotPartitions"
    local, cluster = (
        SparkConf(loadDefaults=False).set("spark.master", master)
        for master in ("local[2]", "spark://127.0.0.1:7077")
    )
    assert settings_under_submit(local)[name] == "1"
    assert name not in settings_under_submit(cluster)
