"""The wheel, installed into an environment of its own, away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from clearance.platform.paths import CHECKOUT, jars_folder

PEOPLE = "30"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `clearance` of an environment that has the wheel, and its dependencies from this one."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    given = ["--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*pip, *given], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    # A folder that is named in a .pth file has no such files of its own read: the editable install
    # of the checkout is not among the dependencies.
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return environment / "bin" / "clearance"


def test_the_demo_of_an_installed_wheel_runs_away_from_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(installed), "demo", "--people", PEOPLE, "--json", "--quiet"],
        cwd=tmp_path,
        env={**ours, "CLEARANCE_JARS": str(jars_folder())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["prepare"]["people"] > 0
    assert (tmp_path / "out" / "demo" / "report.html").is_file()
    where = [
        str(installed.with_name("python")),
        "-c",
        "import clearance; print(clearance.__file__)",
    ]
    found = subprocess.run(
        where, cwd=tmp_path, env=ours, capture_output=True, text=True, check=True
    )
    assert Path(found.stdout.strip()).is_relative_to(installed.parents[1])
