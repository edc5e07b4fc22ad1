"""Installations on the disk for tests: a `chamber.toml` with one or two bodies, and `chamber` run in this process."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from controller.body_founding import Founding, found_bodies
from controller.cli import main
from controller.installation import read_installation
from controller.service import unix_ms

HEAD = """
v = 1
chamber = "kikinda"
country = "rs"
rules = ""
broker = "embedded://127.0.0.1:0"
language = "sr-Cyrl"
"""
ASSEMBLY = """
[[bodies]]
body = "skupstina"
term = "2024-2028"
name = "Скупштина"
statutory = 5
[[bodies.officers]]
id = "chair"
role = "chair"
name = "Chair of the assembly"
[[bodies.officers]]
id = "secretary"
role = "secretary"
name = "Secretary of the assembly"
"""
EXECUTIVE = """
[[bodies]]
body = "vece"
term = "2024-2028"
name = "Веће"
statutory = 3
[[bodies.officers]]
id = "chair"
role = "chair"
name = "Chair of the executive"
[[bodies.officers]]
id = "clerk"
role = "secretary"
name = "Secretary of the executive"
"""


def write_installation(directory: Path, text: str = HEAD + ASSEMBLY + EXECUTIVE) -> Path:
    """Write a `chamber.toml`; returns the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "chamber.toml").write_text(text, encoding="utf-8")
    return directory


def found(directory: Path) -> list[Founding]:
    """Found what the file names, as `chamber init` does."""
    return found_bodies(read_installation(directory), os.urandom, unix_ms)


def files_of(directory: Path) -> dict[str, bytes]:
    """Every file below a directory with its bytes."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@dataclass(frozen=True, slots=True)
class Done:
    """What a run of the command line gave."""

    code: int
    out: str
    err: str


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """What runs `chamber` with arguments, in this process and in English."""
    monkeypatch.setenv("CHAMBER_LANGUAGE", "en")

    def run(*arguments: Any) -> Done:
        monkeypatch.setattr(sys, "argv", ["chamber", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run
