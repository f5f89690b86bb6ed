"""Command lines, run in this process in an empty folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from genvae.cli.app import main

DATA = Path(__file__).resolve().parents[2] / "data"


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, and what it wrote on each stream."""

    code: int
    out: str
    err: str

    @property
    def problem(self) -> str:
        """The one line on stderr."""
        assert "Traceback" not in self.err
        assert self.err.startswith("genvae: ")
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        return self.err.rstrip("\n")

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is not JSON")

        return json.loads(self.out, parse_constant=refuse)


Run = Callable[..., Done]


@pytest.fixture
def run(
    at_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs ``genvae ARGUMENTS`` with tiny models, in an empty folder that holds ``data``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(DATA, target_is_directory=True)

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        streams = capsys.readouterr()
        return Done(code, streams.out, streams.err)

    return call


@pytest.fixture(scope="session")
def manifest() -> Callable[[Path], list[dict[str, Any]]]:
    """Reads the lines of a folder's manifest."""

    def read(folder: Path) -> list[dict[str, Any]]:
        text = (folder / "manifest.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    return read
