from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from genvae.evaluation import page
from genvae.evaluation.page import neighbours, write_page


def test_a_page_holds_its_data_and_asks_the_network_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    told = {"title": "a <b> & c", "name": ["</script><script>alert(1)"], "x": [1.25, float("nan")]}
    write_page(told, path)
    text = path.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="document">(.*?)</script>', text, re.S)
    assert found is not None
    assert json.loads(found[1]) == told | {"x": [1.25, None]}
    assert "<title>a &lt;b&gt; &amp; c</title>" in text
    assert "default-src 'none'" in text
    assert not re.findall(r"https?://|src=|@import|fetch\(|XMLHttpRequest", text)
    assert [p.name for p in tmp_path.iterdir()] == ["map.html"]


def test_the_nearest_come_first_and_nobody_is_its_own_neighbour() -> None:
    z = np.array([[0.0, 0], [1, 0], [3, 0], [3.5, 0]])
    assert neighbours(z, 2) == [[1, 2], [0, 2], [3, 1], [2, 1]]
    assert neighbours(z, 9)[0] == [1, 2, 3]


@pytest.mark.parametrize("name", page.SCRIPTS)
def test_the_scripts_are_javascript(name: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here to read JavaScript with")
    script = Path(page.__file__).parent / "atlas" / name
    done = subprocess.run([node, "--check", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
