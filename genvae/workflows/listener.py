"""What a long work tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class Listener:
    """What the caller wants to hear: each function may be replaced."""

    stage: Callable[[str, int], None] = lambda _name, _total: None
    advance: Callable[[int, Mapping[str, float]], None] = lambda _step, _terms: None
    say: Callable[[str], None] = lambda _line: None
    lines: list[str] = field(default_factory=list)
