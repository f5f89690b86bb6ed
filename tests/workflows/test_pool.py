"""Many files in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from genvae.errors import FileProblem, GenvaeError
from genvae.workflows.pool import for_each

PATHS = [Path(f"{i}.txt") for i in range(9)]


def stem(path: Path) -> str:
    """The work of these tests: what a file's name asks for."""
    if path.stem == "bad":
        raise FileProblem(f"{path}: not good")
    if path.stem == "fatal":
        os._exit(11)
    if path.stem == "bug":
        raise KeyError("slip")
    if path.stem == "loud":
        print("words on stdout")
    return f"{path.stem} {os.getpid()}"


def outcomes(paths: list[Path], workers: int | None) -> list[str | GenvaeError]:
    found = list(for_each(stem, paths, workers))
    assert [path for path, _ in found] == paths
    return [result for _, result in found]


def words(results: list[str | GenvaeError]) -> list[str]:
    return [str(r).split(" ")[0] for r in results]


def test_results_are_in_order_and_from_several_processes() -> None:
    results = outcomes(PATHS, 2)
    assert words(results) == [str(i) for i in range(9)]
    pids = {str(r).split(" ")[1] for r in results}
    assert str(os.getpid()) not in pids


@pytest.mark.parametrize("workers", [1, 2])
def test_a_problem_takes_the_place_of_a_result(workers: int) -> None:
    results = outcomes([Path("a"), Path("bad"), Path("b")], workers)
    assert words(results) == ["a", "bad:", "b"]
    assert isinstance(results[1], FileProblem)


def test_a_crash_costs_one_file_and_one_line() -> None:
    paths = [*PATHS[:4], Path("fatal"), *PATHS[4:], Path("fatal")]
    results = outcomes(paths, 2)
    problems = [r for r in results if isinstance(r, FileProblem)]
    assert results[4] is problems[0]
    assert results[10] is problems[1]
    assert len(problems) == 2
    assert str(problems[0]).startswith("fatal: reading it ended the process (exit code 11)")
    assert "\n" not in str(problems[0])


def test_what_the_work_prints_does_not_come_between() -> None:
    assert words(outcomes([Path("loud"), Path("a")], 2)) == ["loud", "a"]


def test_a_slip_of_ours_is_not_hidden() -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'slip'"):
        outcomes([Path("a"), Path("bug")], 2)


def test_few_files_and_work_that_cannot_travel_stay_here() -> None:
    assert all(str(r).endswith(str(os.getpid())) for r in outcomes(PATHS, None))
    results = [r for _, r in for_each(lambda path: os.getpid(), PATHS, 2)]
    assert results == [os.getpid()] * 9


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            from pathlib import Path
            from genvae.workflows.pool import for_each
            def work(path):
                return path.stem
            print([r for _, r in for_each(work, [Path("a"), Path("b")], 2)])
            """
        )
    )
    root = str(Path(__file__).resolve().parents[2])
    ran = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        check=False,
    )
    assert (ran.stdout, ran.stderr, ran.returncode) == ("['a', 'b']\n", "", 0)


def test_who_stops_listening_leaves_nobody_behind() -> None:
    found = for_each(stem, PATHS, 2)
    assert next(found)[0] == PATHS[0]
    found.close()  # type: ignore[attr-defined]
