"""Standard streams as shells, cron and full disks really hand them over."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = "云溪县新渡口正式通航。\n"


def run(tmp_path: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a shell runs it, in a folder with one text and one large folder of texts."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    many = tmp_path / "many"
    many.mkdir()
    for number in range(3):
        (many / f"{number}.txt").write_text(TEXT * 3_000, encoding="utf-8")
    command = f"exec {Path(sys.executable).parent}/repost {arguments}"
    return subprocess.run(
        ["bash", "-c", f"cd {tmp_path}; set -o pipefail; ({command})"], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "code", "out", "said"),
    [
        ("restore a.txt >&-", 0, "", ""),
        ("restore <&-", 0, "", ""),
        ("restore a.txt 2>&-", 0, TEXT, ""),
        ("restore no.txt 2>&-", 2, "", ""),
        ("restore a.txt >/dev/full", 4, "", "repost: the output: No space left on device\n"),
        ("restore many >/dev/full", 4, "", "repost: the output: No space left on device\n"),
        ("--help >/dev/full", 4, "", "repost: the output: No space left on device\n"),
        ("restore many | head -c 1", 0, "{", ""),
        ("restore many many many | true", 0, "", ""),
    ],
)
def test_streams(tmp_path: Path, arguments: str, code: int, out: str, said: str) -> None:
    done = run(tmp_path, arguments)
    assert (done.returncode, done.stdout, done.stderr) == (code, out, said)


def test_no_arguments_show_the_help_and_are_a_usage_error(tmp_path: Path) -> None:
    done = run(tmp_path, "")
    assert done.returncode == 2
    assert "\nFetch:\n" in done.stderr


def test_json_cannot_drive_a_terminal(tmp_path: Path) -> None:
    text = "渡口\x9b31m通航\u202e了\u2028吧"
    (tmp_path / "b.txt").write_text(text, encoding="utf-8")
    done = run(tmp_path, "restore a.txt b.txt")
    line = done.stdout.split("\n")[1]
    assert not set(line) & set("\x9b\u202e\u2028")
    assert json.loads(line)["text"] == text


def test_a_file_name_cannot_drive_a_terminal(tmp_path: Path) -> None:
    done = run(tmp_path, "extract $'\\x1b[31m.html'")
    said = "Invalid value for '[FILES]...': Path '\\x1b[31m.html' does not exist. (see: repost extract --help)"
    assert done.stderr == f"repost: {said}\n"
