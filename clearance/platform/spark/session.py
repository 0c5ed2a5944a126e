"""Builds the Spark session, for the command, the jobs and the tests.

Locally every setting below applies. Under spark-submit, or on a cluster with its own session, the
settings made there have precedence: a setting is added only where it has no value.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from clearance.errors import ClearanceError, StoreFault
from clearance.platform.faults.chain import fault_name, list_links
from clearance.platform.paths import conf_folder, jars_folder
from clearance.platform.spark.class_archive import archive_options
from clearance.platform.spark.environment import check_spark_connect, explain_failed_start
from clearance.platform.spark.jars import check_jars
from clearance.platform.spark.java import use_java
from clearance.platform.spark.jvm_names import cache_names

# Seconds that a JVM has to end by itself, and bytes of its output that are searched.
_PATIENCE = 5
_OUTPUT_LIMIT = 100_000

DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
DELTA_CATALOG = "org.apache.spark.sql.delta.catalog.DeltaCatalog"

# Needed for right answers, on every platform.
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Letter case by Java: ICU first looks up the case of every letter that exists.
    "spark.sql.icu.caseMappings.enabled": "false",
    "spark.sql.extensions": DELTA_EXTENSION,
    "spark.sql.catalog.spark_catalog": DELTA_CATALOG,
}

# Measured to matter (docs/decisions): big generated methods, small commits, small plans in logs.
SPEED = {
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # Prepare sorts once by person, cycle, step and count; sorted rows are aggregated in one pass.
    "spark.sql.execution.replaceHashWithSortAgg": "true",
    "spark.sql.debug.maxToStringFields": "25",
    # A run is hundreds of small plans (docs/decisions/0007). Constraints inferred from a join ("the
    # key is not null") make Delta read a table's log again; validating each plan change is for
    # Spark's developers; and the default cache of 100 generated classes is too small.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.lightweightPlanChangeValidation": "false",
    "spark.sql.codegen.cache.maxEntries": "512",
    # A merge reads its source twice; materialized, the source is computed once.
    "spark.databricks.delta.merge.materializeSource": "all",
    # Unset, it depends on an environment variable, which Spark looks up for each field that an
    # expression reads outside generated code.
    "spark.sql.types.framework.enabled": "false",
    # Recording the source line of each column expression costs six more calls to the JVM.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}

# Files that the JVM writes are readable by their owner alone. Where a cluster has its own rights
# (object stores, an HDFS with its own mask), this changes nothing.
PRIVACY = {"spark.hadoop.fs.permissions.umask-mode": "077"}

# One machine: few tasks. The defaults (50, 200, and 10,000 to list files) are a cluster's: a VACUUM
# of a table of three files took 45 s.
ONE_MACHINE = {
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "8",
    # A list of the table's files beside each commit, for which a new table's first write runs a
    # query. Nothing here reads the list.
    "spark.databricks.delta.allFilesInCrc.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
}

# Where little is read, compiling generated code takes longer than it saves.
INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}

# Where little is read, replanning a query after each stage and more than two tasks do not pay.
SMALL = INTERPRETED | {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}

LOCAL = ONE_MACHINE | {
    "spark.app.name": "clearance",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Each query's plan is written as text for the web page, which is off.
    "spark.sql.ui.explainMode": "simple",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


class _JavaOutput:
    """The JVM's standard error: stored in a file, unless `--debug` shows it."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None

    def start(self, settings: dict[str, str]) -> None:
        """Start the JVM of this run.

        Args:
            settings: of Spark, those for the JVM among them.
        """
        conf = SparkConf().setAll(list(settings.items()))
        kwargs: dict[str, Any] = {}
        if os.environ["CLEARANCE_SPARK_LOG"] == "off":
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - the JVM's as long as it lives
            kwargs = {"stderr": self._file}
        launch: Any = launch_gateway
        SparkContext._ensure_initialized(gateway=launch(conf, kwargs))

    def text(self) -> str:
        """The end of the output so far; empty where `--debug` shows it."""
        if self._file is None:
            return ""
        self._file.seek(0)
        return self._file.read()[-_OUTPUT_LIMIT:].decode("utf-8", "replace")


def driver_memory(total_bytes: int) -> str:
    """Driver memory for a machine: an eighth of it, at least 1 GiB and at most 16 GiB.

    Args:
        total_bytes: the machine's memory.
    """
    gib = total_bytes // 8 // 2**30
    return f"{min(max(gib, 1), 16)}g"


def _warehouse_settings() -> dict[str, str]:
    """A setting that keeps Spark from creating a folder `spark-warehouse` in the current folder.

    Nothing is ever written into the warehouse.
    """
    return {"spark.sql.warehouse.dir": Path(tempfile.gettempdir()).resolve().as_uri()}


def _machine_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def is_submitted() -> bool:
    """Whether spark-submit (or a notebook) started this Python and owns the JVM."""
    return "PYSPARK_GATEWAY_PORT" in os.environ or SparkContext._gateway is not None


def build_session(
    *,
    cores: int | None = None,
    small: bool = False,
    extra: dict[str, str] | None = None,
) -> SparkSession:
    """The session of this run.

    Args:
        cores: how many cores to use locally; all of them when None.
        small: whether little is read, so that no code is generated; local only.
        extra: settings that override the ones here (tests), but not those of spark-submit.

    Raises:
        StoreFault: Java or Delta is missing, or Spark does not start.
    """
    submitted = is_submitted()
    if not submitted:
        use_java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("CLEARANCE_SPARK_LOG", "off")
    wanted = {**MEANING, **SPEED, **PRIVACY}
    java_output = _JavaOutput()
    if not submitted:
        wanted |= (
            LOCAL
            | _warehouse_settings()
            | {
                "spark.master": f"local[{cores or '*'}]",
                "spark.driver.memory": driver_memory(_machine_memory()),
                "spark.driver.extraJavaOptions": java_options(small=small),
            }
        )
        if small:
            wanted |= SMALL
    try:
        if submitted:
            # SparkConf has spark-submit's settings only once the gateway is connected.
            SparkContext._ensure_initialized()
        given = SparkConf()
        if submitted:
            wanted |= settings_under_submit(given)
            _add_delta_jars(given)
        else:
            check_spark_connect()
            wanted["spark.jars"] = ",".join(str(jar) for jar in check_jars(jars_folder()))
        settings = {**wanted, **(extra or {})}
        if not submitted:
            java_output.start(settings)
        builder: Any = SparkSession.builder
        for key, value in settings.items():
            if given.get(key) is None:
                builder = builder.config(key, value)
        session: SparkSession = builder.getOrCreate()
    except ClearanceError:
        raise
    except Exception as error:
        links = list_links(error)
        output = "\n".join([java_output.text(), *(link.text for link in links)])
        raise explain_failed_start(output, kind=fault_name(links)) from error
    cache_names(SparkContext._jvm)
    if not submitted:
        session.sparkContext.setLogLevel(os.environ["CLEARANCE_SPARK_LOG"].upper())
    return session


def settings_under_submit(given: SparkConf) -> dict[str, str]:
    """The settings that spark-submit's own leave to us: the log's level, those of one machine.

    Args:
        given: spark-submit's settings.
    """
    settings = {}
    if not _log_is_set(given):
        settings["spark.log.level"] = os.environ.get("CLEARANCE_SPARK_LOG", "off").upper()
    if str(given.get("spark.master") or "").startswith("local"):
        settings |= ONE_MACHINE | _warehouse_settings()
    return settings


def _log_is_set(given: SparkConf) -> bool:
    """Whether spark-submit's settings have a log level; Spark's messages may hold row values."""
    options = str(given.get("spark.driver.extraJavaOptions") or "")
    return given.get("spark.log.level") is not None or "-Dlog4j" in options


def end_jvm() -> None:
    """End the JVM that this run started, and wait until it has ended and writes nothing more."""
    process = getattr(SparkContext._gateway, "proc", None)
    if process is None:
        return
    process.terminate()
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# Spark's generated methods are large. Inlining more into them took a third of a run's CPU and made
# nothing faster (docs/decisions/0007).
COMPILING = "-XX:FreqInlineSize=100 -XX:InlineSmallCode=1200 -XX:LiveNodeCountInliningCutoff=10000"

# A short run ends before half the work of the JVM's second compiler has paid off.
COMPILING_LATE = (
    "-XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=4000 "
    "-XX:Tier4CompileThreshold=60000 -XX:Tier4BackEdgeThreshold=160000"
)

# Spark's classes alone fill the 20 MiB at which the JVM starts collecting garbage over and over.
ROOM = "-XX:MetaspaceSize=256m"


def java_options(*, small: bool = False) -> str:
    """Options of the local JVM: log, zone, garbage collector, compiler, archive of classes.

    Args:
        small: whether little is read, so that the JVM compiles less.
    """
    log4j = conf_folder() / "spark" / "log4j2.properties"
    basics = (
        f"-Dlog4j2.configurationFile={log4j.as_uri()} -Duser.timezone=UTC -XX:+UseParallelGC {ROOM}"
    )
    late = f"{COMPILING_LATE} " if small else ""
    return f"{basics} {COMPILING} {late}{archive_options()}".strip()


def _add_delta_jars(given: SparkConf) -> None:
    """Add Delta's jars to a JVM that spark-submit started without them."""
    jvm: Any = SparkContext._jvm
    loader = jvm.Thread.currentThread().getContextClassLoader()
    try:
        jvm.java.lang.Class.forName(DELTA_EXTENSION, True, loader)
        return
    except Exception as absent:
        if SparkContext._active_spark_context is not None:
            raise StoreFault(
                "This cluster's session has no Delta.",
                "Submit with `--jars '.jars/*.jar'` or use a cluster that has Delta 4.0 or newer.",
            ) from absent
    jars: list[Path] = check_jars(jars_folder())
    for jar in jars:
        loader.addURL(jvm.java.io.File(str(jar)).toURI().toURL())
    submitted_jars = (given.get("spark.jars") or "").split(",")
    delta_jars = [str(jar) for jar in jars]
    given.set("spark.jars", ",".join([*filter(None, submitted_jars), *delta_jars]))
    SparkSession.builder.config("spark.jars", given.get("spark.jars"))
