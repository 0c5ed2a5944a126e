"""Delta's jars: resolved once by Spark's own resolver, checked against committed SHA-256 sums.

`python -m clearance.platform.spark.jars` does both; set-up calls it. Only the seven jars that Delta
needs beside Spark are fetched: Spark has the others that the resolver would bring.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from clearance.errors import ClearanceError, StoreFault
from clearance.platform.paths import jars_folder
from clearance.platform.spark.java import use_java

COORDINATE = "io.delta:delta-spark_4.2_2.13:4.4.0"
CHECKSUMS = Path(__file__).with_name("jars.sha256")
# Spark contains these jars (or newer ones); together they are 26 jars and 74 MB.
EXCLUDED = (
    "com.fasterxml.jackson.core:jackson-annotations",
    "com.fasterxml.jackson.core:jackson-core",
    "com.fasterxml.jackson.core:jackson-databind",
    "com.fasterxml.jackson.datatype:jackson-datatype-jdk8",
    "com.github.luben:zstd-jni",
    "com.google.code.findbugs:jsr305",
    "commons-logging:commons-logging",
    "commons-pool:commons-pool",
    "io.airlift:aircompressor",
    "javax.annotation:javax.annotation-api",
    "org.apache.hadoop:hadoop-client-api",
    "org.apache.hadoop:hadoop-client-runtime",
    "org.apache.logging.log4j:log4j-api",
    "org.apache.logging.log4j:log4j-core",
    "org.apache.logging.log4j:log4j-slf4j2-impl",
    "org.apache.parquet:parquet-column",
    "org.apache.parquet:parquet-common",
    "org.apache.parquet:parquet-encoding",
    "org.apache.parquet:parquet-format-structures",
    "org.apache.parquet:parquet-hadoop",
    "org.apache.parquet:parquet-jackson",
    "org.locationtech.jts:jts-core",
    "org.roaringbitmap:RoaringBitmap",
    "org.roaringbitmap:shims",
    "org.slf4j:slf4j-api",
    "org.xerial.snappy:snappy-java",
)


def load_checksums() -> dict[str, str]:
    """The committed SHA-256 sum of each jar, by file name."""
    lines = CHECKSUMS.read_text(encoding="utf-8").split("\n")
    return {name: digest for digest, name in (line.split() for line in lines if line.strip())}


def check_jars(folder: Path) -> list[Path]:
    """The paths of the jars in `folder`, once each is found and its sum is right.

    Raises:
        StoreFault: a jar is missing or its sum is wrong.
    """
    jars = []
    for name, digest in load_checksums().items():
        jar = folder / name
        if not jar.is_file():
            raise StoreFault(
                f"Delta's jar {name} is not in {folder}.",
                "Run `python -m clearance.platform.spark.jars` once, with the package registries "
                "in reach.",
            )
        if hashlib.sha256(jar.read_bytes()).hexdigest() != digest:
            raise StoreFault(
                f"{jar} is not the file that was checked in: its SHA-256 differs from "
                f"{CHECKSUMS.name}.",
                f"Delete {folder} and run `python -m clearance.platform.spark.jars` again; if it "
                "still differs, do not use it.",
            )
        jars.append(jar)
    return jars


def fetch_jars(folder: Path) -> None:
    """Fetch the jars into `folder` by Spark's resolver; each is checked before it is moved there.

    Raises:
        StoreFault: the resolver failed, or brought a jar with a wrong sum.
    """
    from pyspark.sql import SparkSession

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".ivy-") as ivy:
        builder = (
            SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.jars.packages", COORDINATE)
            .config("spark.jars.excludes", ",".join(EXCLUDED))
            .config("spark.jars.ivy", ivy)
        )
        try:
            builder.getOrCreate().stop()
        except Exception as error:
            raise StoreFault(
                f"Spark's resolver could not fetch Delta's jars ({COORDINATE}).",
                "Check Java 17+ and the way to the package registries, and run this again; or "
                f"put the jars named in {CHECKSUMS} into {folder} by hand.",
            ) from error
        fetched = Path(ivy) / "fetched"
        fetched.mkdir()
        for name in load_checksums():
            resolved = Path(ivy) / "jars" / name
            if resolved.is_file():
                shutil.copy2(resolved, fetched / name)
        for jar in check_jars(fetched):
            jar.replace(folder / jar.name)


def main() -> int:
    """Fetch the missing jars; returns 0 when all are there with the right sums."""
    folder = jars_folder()
    use_java()
    try:
        if not all((folder / name).is_file() for name in load_checksums()):
            fetch_jars(folder)
        check_jars(folder)
    except ClearanceError as error:
        print(error.message, file=sys.stderr)
        print(error.remedy, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
