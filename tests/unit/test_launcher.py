"""`./repost` on machines that cannot run it: one line that says what to install, and exit code 2."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TOO_OLD = "exit 1"  # it fails at every question, the first of which is its version
NO_VENV = 'case "$2" in *venv*) exit 1;; esac'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the launcher needs of a checkout, and the commands of a small system that it uses."""
    for name in ("repost", "requirements.lock", "requirements-dev.lock", "requirements-extras.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name in ("sh", "dirname", "cat", "cksum", "mkdir", "rmdir"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    return tmp_path


def launch(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout / "bin")}
    return subprocess.run(
        [checkout / "repost", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def put_python(checkout: Path, script: str) -> None:
    python = checkout / "bin" / "python3"
    python.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    python.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "needs python3 3.11 or newer"),
        (TOO_OLD, "needs python3 3.11 or newer"),
        (NO_VENV, "apt install python3-venv"),
    ],
)
def test_what_is_missing_is_said(checkout: Path, script: str | None, said: str) -> None:
    if script:
        put_python(checkout, script)
    done = launch(checkout, "--version")
    assert done.returncode == 2
    assert done.stderr.startswith("repost: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (checkout / ".venv-setup").exists()


def test_two_set_ups_at_once_do_not_mix(checkout: Path) -> None:
    (checkout / ".venv-setup").mkdir()
    done = launch(checkout, "--version")
    assert done.returncode == 75
    assert "another ./repost is setting up .venv" in done.stderr
    assert (checkout / ".venv-setup").is_dir()
