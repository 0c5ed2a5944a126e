"""The Spark session: one place that builds it, for the command, the jobs and the tests.

Locally every setting below applies. Under spark-submit, or on a cluster that brings its own
session, whatever was set there stays: a setting is added only where none was given.
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
from clearance.platform.faults.chain import chain, kind_of
from clearance.platform.paths import conf_folder, jars_folder
from clearance.platform.spark.class_archive import archive_options
from clearance.platform.spark.environment import spark_connect, why_not_started
from clearance.platform.spark.jars import checked
from clearance.platform.spark.java import use_java
from clearance.platform.spark.jvm_names import remember_names

# Seconds that a JVM has to end by itself, and characters of what it said that are looked at.
_PATIENCE = 5
_MOST_SAID = 100_000

DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
DELTA_CATALOG = "org.apache.spark.sql.delta.catalog.DeltaCatalog"

# Needed for right answers, wherever we run.
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Letter case as Java has it: ICU's first looks up the case of every letter that there is.
    "spark.sql.icu.caseMappings.enabled": "false",
    "spark.sql.extensions": DELTA_EXTENSION,
    "spark.sql.catalog.spark_catalog": DELTA_CATALOG,
}

# Measured to matter (docs/decisions): big generated methods, small commits, small plans in logs.
SPEED = {
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # Prepare sorts once by person, cycle, step and count; what is sorted so is added up in one go.
    "spark.sql.execution.replaceHashWithSortAgg": "true",
    "spark.sql.debug.maxToStringFields": "25",
    # A run is hundreds of small plans (docs/decisions/0007). What is inferred from a join ("the key
    # is not null") makes Delta read a table's log again; checking each rule's work is for Spark's
    # own developers; and code is generated anew for what no longer fits among 100 kept classes.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.lightweightPlanChangeValidation": "false",
    "spark.sql.codegen.cache.maxEntries": "512",
    # A merge reads its source twice; what it is to change is found once.
    "spark.databricks.delta.merge.materializeSource": "all",
    # What this is when nobody sets it depends on a variable of the environment, which is looked up
    # for each field that an expression reads outside generated code.
    "spark.sql.types.framework.enabled": "false",
    # Noting the place of each column expression costs six calls to the JVM beside the one it is.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}

# What is written is for its owner alone, also what the JVM writes. Where a cluster's own rights
# rule (object stores, an HDFS with its own mask), this changes nothing.
PRIVACY = {"spark.hadoop.fs.permissions.umask-mode": "077"}

# One machine: few tasks. The defaults (50, 200, and 10,000 to list files) are a cluster's: a VACUUM
# of a table of three files took 45 s.
ONE_MACHINE = {
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "8",
    # A list of the table's files beside each commit, which a new table's first write asks the log
    # for in a query of its own. Nothing here reads it.
    "spark.databricks.delta.allFilesInCrc.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
}

# Compiling what Spark generates costs more than running it saves where little is read.
INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}

# Nor does planning a query anew after each of its stages pay there, or more tasks than two.
SMALL = INTERPRETED | {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}

LOCAL = ONE_MACHINE | {
    "spark.app.name": "clearance",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Each query's plan is written out for a page that nobody sees here.
    "spark.sql.ui.explainMode": "simple",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


class _JavaSays:
    """What the JVM writes beside its log: held back, unless `--debug` shows all of it."""

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
        """What it has written, the end of it."""
        if self._file is None:
            return ""
        self._file.seek(0)
        return self._file.read()[-_MOST_SAID:].decode("utf-8", "replace")


def memory_for(total_bytes: int) -> str:
    """Driver memory for a machine: an eighth of it, at least 1 GiB and at most 16 GiB.

    Args:
        total_bytes: the machine's memory.
    """
    gib = total_bytes // 8 // 2**30
    return f"{min(max(gib, 1), 16)}g"


def _no_warehouse() -> dict[str, str]:
    """Spark makes a folder for tables of its own, `spark-warehouse` here, unless it is there.

    Nothing is ever put into it.
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
        small: little is read, so that no code is generated; local only.
        extra: settings that go before the ones here (tests); ignored where already given.

    Raises:
        StoreFault: Java or Delta cannot be had.
    """
    submitted = is_submitted()
    if not submitted:
        use_java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("CLEARANCE_SPARK_LOG", "off")
    wanted = {**MEANING, **SPEED, **PRIVACY}
    said = _JavaSays()
    if not submitted:
        wanted |= (
            LOCAL
            | _no_warehouse()
            | {
                "spark.master": f"local[{cores or '*'}]",
                "spark.driver.memory": memory_for(_machine_memory()),
                "spark.driver.extraJavaOptions": java_options(small=small),
            }
        )
        if small:
            wanted |= SMALL
    try:
        if submitted:
            # Before the gateway stands, SparkConf knows nothing of what spark-submit was given.
            SparkContext._ensure_initialized()
        given = SparkConf()
        if submitted:
            if not _log_is_set(given):
                wanted["spark.log.level"] = os.environ.get("CLEARANCE_SPARK_LOG", "off").upper()
            _bring_delta(given)
            if str(given.get("spark.master") or "").startswith("local"):
                wanted |= ONE_MACHINE | _no_warehouse()
        else:
            spark_connect()
            wanted["spark.jars"] = ",".join(str(jar) for jar in checked(jars_folder()))
        settings = {**wanted, **(extra or {})}
        if not submitted:
            said.start(settings)
        builder: Any = SparkSession.builder
        for key, value in settings.items():
            if given.get(key) is None:
                builder = builder.config(key, value)
        session: SparkSession = builder.getOrCreate()
    except ClearanceError:
        raise
    except Exception as error:
        links = chain(error)
        told = "\n".join([said.text(), *(link.text for link in links)])
        raise why_not_started(told, kind=kind_of(links)) from error
    remember_names(SparkContext._jvm)
    if not submitted:
        session.sparkContext.setLogLevel(os.environ["CLEARANCE_SPARK_LOG"].upper())
    return session


def _log_is_set(given: SparkConf) -> bool:
    """Whether spark-submit was told how much to log; Spark's messages may print values of rows."""
    options = str(given.get("spark.driver.extraJavaOptions") or "")
    return given.get("spark.log.level") is not None or "-Dlog4j" in options


def end_jvm() -> None:
    """End the JVM that this run started, and wait until it is gone: it writes nothing any more."""
    process = getattr(SparkContext._gateway, "proc", None)
    if process is None:
        return
    process.terminate()
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# Spark's generated methods are large already. Compiling them with much more drawn in took a third
# of a run's CPU and made nothing faster (docs/decisions/0007).
COMPILING = "-XX:FreqInlineSize=100 -XX:InlineSmallCode=1200 -XX:LiveNodeCountInliningCutoff=10000"

# A short run ends before what the JVM's second compiler makes of half of it has paid.
COMPILING_LATE = (
    "-XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=4000 "
    "-XX:Tier4CompileThreshold=60000 -XX:Tier4BackEdgeThreshold=160000"
)

# Spark's classes alone fill the 20 MiB at which the JVM starts collecting garbage over and over.
ROOM = "-XX:MetaspaceSize=256m"


def java_options(*, small: bool = False) -> str:
    """Options of the local JVM: log, zone, garbage collector, compiler, archive of classes.

    Args:
        small: little is read, so that the JVM compiles less.
    """
    log4j = conf_folder() / "spark" / "log4j2.properties"
    own = (
        f"-Dlog4j2.configurationFile={log4j.as_uri()} -Duser.timezone=UTC -XX:+UseParallelGC {ROOM}"
    )
    late = f"{COMPILING_LATE} " if small else ""
    return f"{own} {COMPILING} {late}{archive_options()}".strip()


def _bring_delta(given: SparkConf) -> None:
    """Hand our jars to a JVM that spark-submit started without Delta's."""
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
    jars: list[Path] = checked(jars_folder())
    for jar in jars:
        loader.addURL(jvm.java.io.File(str(jar)).toURI().toURL())
    already = given.get("spark.jars") or ""
    ours = [str(jar) for jar in jars]
    given.set("spark.jars", ",".join([*filter(None, already.split(",")), *ours]))
    SparkSession.builder.config("spark.jars", given.get("spark.jars"))
