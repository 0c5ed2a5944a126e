"""Set-up: locked packages, Python and Java found or installed, jars checked, once and only once."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

from clearance.errors import StoreFault
from clearance.platform.faults.no_spark import PACKAGES
from clearance.platform.spark import jars
from clearance.platform.spark.java import find_java, java_release, use_java
from tests.platform.spark.setup_shell import AXE_LOCK, SYSTEM_PATH, program, shell
from tests.support.places import ROOT

LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-build.txt")


# --- the locks --------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_sums_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    packages = re.split(r"\n(?=[a-z0-9])", text)
    assert len(packages) > 5
    for package in packages:
        assert re.match(r"[a-z0-9._-]+==[\w.]+", package), package.split("\n")[0]
        assert "--hash=sha256:" in package


def test_the_locks_agree_with_each_other_and_pin_what_was_measured() -> None:
    pins: dict[str, str] = {}
    for lock in LOCKS:
        for name, version in re.findall(
            r"^([a-z0-9._-]+)==([\w.]+)", (ROOT / lock).read_text(), re.M
        ):
            assert pins.setdefault(name, version) == version
    assert (pins["pyspark"], pins["delta-spark"]) == ("4.2.0", "4.4.0")
    assert pins["pandas"].startswith("2.")


def test_the_line_to_type_where_spark_is_missing_has_the_packages_of_the_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert tuple(project["optional-dependencies"]["spark"]) == PACKAGES
    assert not [name for name in project["dependencies"] if re.match("pyspark|delta", name)]


# --- Python -----------------------------------------------------------------------------------


def test_a_python_that_is_too_old_or_does_not_run_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "a" / "python3.13", "exit 127")  # a version manager's dead shim
    program(tmp_path / "a" / "python3", "exit 1")  # too old
    good = program(tmp_path / "b" / "python3", f'exec {sys.executable} "$@"')
    # No system folders: their Pythons would do as well.
    found = shell("find_python", path=f"{tmp_path}/a:{tmp_path}/b")
    assert found.stdout.strip() == str(good)
    assert shell("find_python || echo none", path=f"{tmp_path}/a").stdout.strip() == "none"


BARE_PYTHON = """
case "$1" in
  -m) [ -f {marker} ] && mkdir -p "$4" && exit 0; exit 1 ;;
  -c) echo python3.12 ;;
esac
"""


def test_where_python_cannot_make_environments_the_missing_part_is_installed(
    tmp_path: Path,
) -> None:
    marker = tmp_path / "installed"
    python = program(tmp_path / "bin" / "python3", BARE_PYTHON.format(marker=marker))
    program(tmp_path / "bin" / "apt-get", f'case "$*" in *python3.12-venv) touch {marker} ;; esac')
    program(tmp_path / "bin" / "id", "echo 0")
    done = shell(f"make_venv {python} {tmp_path}/v", path=f"{tmp_path}/bin:{SYSTEM_PATH}")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "v").is_dir()


def test_where_it_may_not_be_installed_the_line_to_type_comes_last(tmp_path: Path) -> None:
    python = program(tmp_path / "bin" / "python3", BARE_PYTHON.format(marker="/nonexistent"))
    program(tmp_path / "bin" / "apt-get", "exit 1")
    program(tmp_path / "bin" / "id", "echo 1000")
    program(tmp_path / "bin" / "sudo", "exit 1")
    done = shell(f"make_venv {python} {tmp_path}/v", path=f"{tmp_path}/bin:{SYSTEM_PATH}")
    assert done.returncode == 6
    assert "sudo apt-get install python3.12-venv" in done.stderr.strip().split("\n")[-1]
    assert not (tmp_path / "v").exists()


# --- Java -------------------------------------------------------------------------------------


def java_home(folder: Path, version: str) -> Path:
    program(folder / "bin" / "java", f"echo 'openjdk version \"{version}\"' >&2")
    (folder / "release").write_text(f'IMPLEMENTOR="Nobody"\nJAVA_VERSION="{version}"\n')
    return folder


@pytest.mark.parametrize(
    ("version", "release"), [("1.8.0_392", 8), ("11.0.2", 11), ("17.0.15", 17), ("25", 25)]
)
def test_the_release_of_a_java_is_read_from_its_file_or_from_what_it_says(
    tmp_path: Path, version: str, release: int
) -> None:
    home = java_home(tmp_path / "java", version)
    assert java_release(home) == release
    (home / "release").unlink()
    assert java_release(home) == release
    (home / "bin" / "java").unlink()
    assert java_release(home) is None


def test_java_home_goes_before_path_and_path_before_the_usual_places(tmp_path: Path) -> None:
    named = java_home(tmp_path / "named", "17.0.1")
    on_path = java_home(tmp_path / "on_path", "21.0.1")
    usual = java_home(tmp_path / "usual", "17.0.1")
    places = [f"{tmp_path}/usual*"]
    both = {"JAVA_HOME": str(named), "PATH": f"{on_path}/bin"}
    assert find_java(both, places) == named
    java_home(named, "16.0.2")  # too old
    assert find_java(both, places) == on_path
    java_home(on_path, "11.0.2")
    assert find_java(both, places) == usual
    java_home(usual, "16")
    assert find_java(both, places) is None


def test_of_several_in_the_usual_places_the_first_long_term_release_is_taken(
    tmp_path: Path,
) -> None:
    for version in ("11.0.1", "24", "25", "21.0.2", "17.0.9"):
        java_home(tmp_path / "jvm" / version, version)
    places = [f"{tmp_path}/jvm/*"]
    for expected in ("17.0.9", "21.0.2", "25", "24"):
        found = find_java({"PATH": ""}, places)
        assert found == tmp_path / "jvm" / expected
        (found / "bin" / "java").unlink()
    assert find_java({"PATH": ""}, places) is None


def test_a_link_on_path_leads_to_the_home_of_the_java_behind_it(tmp_path: Path) -> None:
    home = java_home(tmp_path / "real", "17.0.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    assert find_java({"PATH": f"{tmp_path}/bin"}, []) == home


def test_the_command_needs_no_java_home_in_its_environment(tmp_path: Path) -> None:
    home = java_home(tmp_path / "real", "17.0.1")
    environ = {"PATH": f"{home}/bin"}
    assert use_java(environ) == home
    assert environ["JAVA_HOME"] == str(home)


def test_a_missing_java_is_installed_where_we_may(tmp_path: Path) -> None:
    marker = tmp_path / "installed"
    # Debian 13 has no 17 any more: the next long-term release is taken.
    program(
        tmp_path / "bin" / "apt-get",
        f'case "$*" in *openjdk-21-jre-headless) touch {marker} ;; *install*) exit 100 ;; esac',
    )
    program(tmp_path / "bin" / "id", "echo 0")
    done = shell(
        f'find_java() {{ [ -f {marker} ] && echo /jvm/21; }}; provide_java x; echo "$JAVA_HOME"',
        path=f"{tmp_path}/bin:{SYSTEM_PATH}",
    )
    assert (done.returncode, done.stdout.strip()) == (0, "/jvm/21"), done.stderr


def test_where_java_may_not_be_installed_the_line_to_type_comes_last(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "apt-get", "exit 1")
    program(tmp_path / "bin" / "id", "echo 1000")
    program(tmp_path / "bin" / "sudo", "exit 1")
    done = shell("find_java() { return 1; }; provide_java x", path=f"{tmp_path}/bin:{SYSTEM_PATH}")
    assert done.returncode == 6
    assert "sudo apt-get install openjdk-17-jre-headless" in done.stderr.strip().split("\n")[-1]


# --- Delta's jars -----------------------------------------------------------------------------


@pytest.fixture
def two_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "jars"
    folder.mkdir()
    sums = []
    for name in ("one.jar", "two.jar"):
        (folder / name).write_bytes(name.encode())
        sums.append(f"{hashlib.sha256(name.encode()).hexdigest()}  {name}")
    (tmp_path / "jars.sha256").write_text("\n".join(sums) + "\n")
    monkeypatch.setattr(jars, "CHECKSUMS", tmp_path / "jars.sha256")
    monkeypatch.setenv("CLEARANCE_JARS", str(folder))
    return folder


def test_jars_with_the_right_sums_pass_without_being_fetched(
    two_jars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jars, "fetch_jars", lambda folder: pytest.fail("fetched again"))
    assert jars.main() == 0


def test_a_jar_with_a_wrong_sum_stops_with_a_message_that_names_it(
    two_jars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (two_jars / "two.jar").write_bytes(b"something else")
    assert jars.main() == StoreFault.exit_code
    message = capsys.readouterr().err
    assert "two.jar" in message
    assert "SHA-256" in message
    assert "Delete" in message.strip().split("\n")[-1]


def test_a_missing_jar_is_fetched_and_a_wrong_one_stops_the_session(
    two_jars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (two_jars / "one.jar").unlink()
    with pytest.raises(StoreFault, match=r"one\.jar"):
        jars.check_jars(two_jars)
    monkeypatch.setattr(
        jars, "fetch_jars", lambda folder: (folder / "one.jar").write_bytes(b"one.jar")
    )
    assert jars.main() == 0


# --- the whole --------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that looks set up: its pip would fail, its Python finds a Java; with a browser."""
    root = tmp_path / "checkout"
    program(root / "bin" / "chromium", "exit 0")
    for name in (*LOCKS, "pyproject.toml", AXE_LOCK, "clearance/platform/spark/jars.sha256"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((ROOT / name).read_bytes())
    program(root / ".venv" / "bin" / "python", 'case "$*" in *java) echo /jvm ;; *) exit 9 ;; esac')
    program(Path(shell(f"axe_folder {root}").stdout.strip()) / "axe.min.js", "")
    for name in jars.load_checksums():
        (root / ".jars" / name).parent.mkdir(exist_ok=True)
        (root / ".jars" / name).touch()
    shell(f"stamp_of {root} test > {root}/.venv/.clearance-set-up")
    return root


def test_a_second_run_does_nothing_says_nothing_and_leaves_java_home_set(checkout: Path) -> None:
    started = time.monotonic()
    done = shell(
        f'set_up {checkout} test; echo "$JAVA_HOME"; bash -c \'echo "$JAVA_HOME"\'',
        path=f"{checkout}/bin:{SYSTEM_PATH}",
    )
    assert time.monotonic() - started < 1
    assert (done.returncode, done.stdout, done.stderr) == (0, "/jvm\n/jvm\n", "")


def test_set_up_has_the_archive_of_classes_made_in_the_background(checkout: Path) -> None:
    program(
        checkout / ".venv" / "bin" / "python",
        f'case "$*" in *java) echo /jvm ;; *classes) sleep 1; echo >{checkout}/made ;; esac',
    )
    path = f"{checkout}/bin:{SYSTEM_PATH}"
    done = shell(f"set_up {checkout} test; test ! -e {checkout}/made", path=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = shell(f"until [ -e {checkout}/made ]; do sleep 0.1; done")
    assert done.returncode == 0


def test_test_tools_are_enough_for_a_run_but_not_the_other_way_round(checkout: Path) -> None:
    assert shell(f"venv_is_ready {checkout} run").returncode == 0
    shell(f"stamp_of {checkout} run > {checkout}/.venv/.clearance-set-up")
    assert shell(f"venv_is_ready {checkout} run").returncode == 0
    assert shell(f"venv_is_ready {checkout} test").returncode == 1


@pytest.mark.parametrize("changed", [*LOCKS, "pyproject.toml"])
def test_a_changed_lock_or_project_file_asks_for_set_up(checkout: Path, changed: str) -> None:
    with (checkout / changed).open("a") as file:
        file.write("\n# changed\n")
    assert shell(f"venv_is_ready {checkout} run").returncode == 1


def test_an_environment_that_was_moved_or_left_half_done_asks_for_set_up(checkout: Path) -> None:
    moved = checkout.rename(checkout.with_name("elsewhere"))
    assert shell(f"venv_is_ready {moved} run").returncode == 1
    (moved / ".venv" / ".clearance-set-up").unlink()
    assert shell(f"venv_is_ready {moved} run").returncode == 1


def test_packages_that_cannot_be_installed_leave_no_stamp_and_a_remedy(checkout: Path) -> None:
    with (checkout / "requirements.txt").open("a") as file:
        file.write("\n# changed\n")
    done = shell(f"set_up {checkout} run")
    assert done.returncode == 6
    assert "run this again" in done.stderr.strip().split("\n")[-1]
    assert not (checkout / ".venv" / ".clearance-set-up").exists()


def test_a_wheel_carries_the_rules_and_settings(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("rules", "conf"):
        ours = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert {f"clearance/data/{path.relative_to(ROOT)}" for path in ours} <= names
    assert "clearance/platform/spark/jars.sha256" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names} == {"clearance", "clearance-0.1.0.dist-info"}
