"""A real cluster: Spark's standalone master and two workers, whose executors have no Python.

The whole line with an executor killed on the way is in scripts/soak/cluster.py.
"""

from __future__ import annotations

import json
from pathlib import Path

from soak.cluster import NO_PYTHON, WORKERS, document, standalone

from clearance.commands.demo import AS_OF
from tests.support.stores import Line


def test_a_sweep_on_a_cluster_gives_the_digest_of_one_machine(line: Line, tmp_path: Path) -> None:
    place = line.place.copy_to(tmp_path / "copy")
    (tmp_path / "events").mkdir()
    told = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": (tmp_path / "events").as_uri(),
    }
    words = ["--as-of", AS_OF.isoformat(), "--full", "--store", str(place.store)]
    with standalone(tmp_path / "cluster") as cluster:
        said = document(cluster.submit("determine", *words, settings=told))
    before = line.said["determine"]
    assert (said["digest"], said["counts"]) == (before["digest"], before["counts"])
    assert said["sweep_id"] != before["sweep_id"], "decided anew"
    events = [
        json.loads(event)
        for path in (tmp_path / "events").rglob("*")
        if path.is_file()
        for event in path.read_text(encoding="utf-8").splitlines()
        if event.startswith("{")
    ]
    settings = next(one["Spark Properties"] for one in events if "Spark Properties" in one)
    assert settings["spark.executorEnv.PYSPARK_PYTHON"] == NO_PYTHON
    worked = {
        one["Task Info"]["Executor ID"] for one in events if one["Event"] == "SparkListenerTaskEnd"
    }
    assert len(worked) == WORKERS, "both workers' executors did some of it"
