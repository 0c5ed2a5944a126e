"""Runs the functions of set-up, with programs that are made up for a test."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.places import ROOT

SYSTEM_PATH = "/usr/bin:/bin"
AXE_LOCK = "scripts/lib/axe-core.sha256"


def program(path: Path, script: str) -> Path:
    """A program that is a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)
    return path


def shell(
    script: str, *, path: str = SYSTEM_PATH, home: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a script with set-up's functions at hand."""
    return subprocess.run(
        ["/bin/bash", "-c", f"set -euo pipefail; source {ROOT}/scripts/lib/setup.sh; {script}"],
        env={"PATH": path, "HOME": str(home or "/nonexistent")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
