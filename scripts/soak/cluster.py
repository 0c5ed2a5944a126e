"""Runs the steps on a real cluster with an executor killed, and compares with a run on one machine.

Run: .venv/bin/python scripts/soak/cluster.py [--people 300]

The cluster is Spark's standalone master and two workers, each a process with its own folders;
executors have no Python. `clearance run` is submitted once undisturbed and once while an executor
is killed; both must give the result of the command on this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

# This checkout goes before an installed copy.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pyspark

from clearance.platform.paths import jars_folder
from clearance.platform.spark.java import use_java
from clearance.synth.step import synthesize
from soak.victims import PATIENCE, ROOT, environment

SPARK_HOME = Path(pyspark.__file__).parent
WORKERS = 2
AS_OF = "2026-11-01"
NO_PYTHON = "/nowhere/python"


@dataclass(frozen=True)
class Cluster:
    """A master and its workers.

    Attributes:
        master: its address.
        folder: where workers keep what they need, one folder each.
    """

    master: str
    folder: Path

    def options(self, settings: dict[str, str] | None = None) -> list[str]:
        """The options of spark-submit for a job on the cluster.

        Args:
            settings: of Spark, beside those of so small a cluster.
        """
        all_settings = {
            "spark.cores.max": str(WORKERS),
            "spark.executor.cores": "1",
            "spark.executor.memory": "700m",
            "spark.driver.memory": "1g",
            "spark.driver.host": "127.0.0.1",
            # Begin with all of them.
            "spark.scheduler.minRegisteredResourcesRatio": "1.0",
            "spark.scheduler.maxRegisteredResourcesWaitingTime": f"{PATIENCE}s",
            "spark.executorEnv.PYSPARK_PYTHON": NO_PYTHON,
            "spark.sql.shuffle.partitions": "4",
            "spark.ui.enabled": "false",
            **(settings or {}),
        }
        pairs = [f"{name}={value}" for name, value in all_settings.items()]
        return ["--master", self.master, *(word for pair in pairs for word in ("--conf", pair))]

    def submit(self, *words: str) -> subprocess.Popen[str]:
        """Run a verb on the cluster, with its JSON document on standard output.

        Args:
            words: the verb and its options.
        """
        jars = ["--jars", f"{jars_folder()}/*.jar"]
        job = str(ROOT / "jobs" / "clearance_job.py")
        return run_command(
            [str(SPARK_HOME / "bin" / "spark-submit"), *self.options(), *jars, job, *words]
        )

    def executors(self) -> list[int]:
        """The process ids of the executors that run now."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (
                    (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
                )
                if b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in words:
                    cwd = (entry / "cwd").resolve()
                    found += [int(entry.name)] if cwd.is_relative_to(self.folder) else []
        return found


def run_command(words: Sequence[str]) -> subprocess.Popen[str]:
    """Start a command of spark-submit, with its JSON document on standard output.

    Args:
        words: of the command, `--json` not among them.
    """
    return subprocess.Popen(
        [*words, "--json"],
        cwd=ROOT,
        env=environment(PYSPARK_PYTHON=sys.executable, SPARK_HOME=str(SPARK_HOME)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def document(job: subprocess.Popen[str]) -> dict[str, Any]:
    """The JSON document that a job printed; the job must have succeeded.

    Args:
        job: from `Cluster.submit`.
    """
    out, err = job.communicate(timeout=PATIENCE)
    if job.returncode:
        raise AssertionError(f"{job.args} ended with {job.returncode}: {err[-2000:]}")
    result: dict[str, Any] = json.loads(out)
    return result


@contextlib.contextmanager
def standalone(folder: Path) -> Iterator[Cluster]:
    """Start a master and two workers of one core each on this machine for the block.

    Args:
        folder: where they work.
    """
    use_java()
    folder = folder.resolve()
    port = _free_port()
    master = f"spark://127.0.0.1:{port}"
    own = environment(SPARK_HOME=str(SPARK_HOME), SPARK_DAEMON_MEMORY="256m")
    own |= {"SPARK_LOCAL_IP": "127.0.0.1", "PATH": "/usr/bin:/bin"}
    here = ["--host", "127.0.0.1", "--webui-port", "0"]
    started = []
    try:
        words = ["org.apache.spark.deploy.master.Master", *here, "--port", str(port)]
        started.append(_start(words, folder=folder / "master", environment=own))
        _wait_for(port)
        for number in range(WORKERS):
            place = folder / f"worker-{number}"
            size = ["--cores", "1", "--memory", "1g", "--work-dir", str(place / "work")]
            words = ["org.apache.spark.deploy.worker.Worker", *here, *size, master]
            local = {"SPARK_LOCAL_DIRS": str(place / "local")}
            started.append(_start(words, folder=place, environment=own | local))
        yield Cluster(master, folder)
    finally:
        for process in reversed(started):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(timeout=PATIENCE)


def _start(
    words: Sequence[str], *, folder: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True)
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [str(SPARK_HOME / "bin" / "spark-class"), *words],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise TimeoutError(f"nothing listens on {port}")


def run(folder: Path, *, people: int, seed: int) -> list[str]:
    """The differences between a run here and runs on the cluster, with and without a kill."""
    made = synthesize(
        people=people, out=folder / "input", seed=seed, as_of=date.fromisoformat(AS_OF)
    )
    words = [*made.files, "--as-of", AS_OF, "--extract-date", AS_OF, "--complete"]

    def into(name: str) -> list[str]:
        return ["--store", str(folder / name / "store"), "--out", str(folder / name / "out")]

    command = [sys.executable, "-m", "clearance.cli", "run", *words, *into("here"), "--json"]
    here = subprocess.run(
        command, env=environment(), capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    expected = json.loads(here.stdout)["determine"]["digest"]
    differences = []
    with standalone(folder / "cluster") as cluster:
        for name, kills in (("undisturbed", 0), ("disturbed", 1)):
            job = cluster.submit("run", *words, *into(name))
            if kills:
                differences += _kill_one(cluster, job, after=folder / name / "store" / "charges")
            found = document(job)["determine"]["digest"]
            if found != expected:
                differences.append(f"{name}: digest {found} instead of {expected}")
    return differences


def _kill_one(cluster: Cluster, job: subprocess.Popen[str], *, after: Path) -> list[str]:
    """Kill an executor once a folder exists; returns the problem where that was not possible."""
    while job.poll() is None:
        if after.exists() and (executors := cluster.executors()):
            os.kill(executors[0], signal.SIGKILL)
            return []
        time.sleep(0.1)
    return ["the job ended before an executor could be killed"]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        differences = run(Path(folder), people=given.people, seed=given.seed)
    print(
        "\n".join(differences) or "the same digest: here, on the cluster, with an executor killed"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
