"""The reader of codes is the one its makers built, comes from us alone, and says who they are."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

from loyalty import assets
from tests.rigs.browser import node_and_npm

FRONT_END = Path(__file__).resolve().parents[2] / "frontend"
TOLD = 'import("zxing-wasm/reader").then((reader) => console.log(reader.ZXING_WASM_SHA256))'


def built(name: str) -> Path:
    """The file that is shipped under this plain name."""
    return assets.dist_folder() / assets.manifest()[name]


def test_the_shipped_wasm_is_the_one_that_the_package_vouches_for() -> None:
    node, _ = node_and_npm()
    told = subprocess.run(
        [node, "-e", TOLD], cwd=FRONT_END, check=True, capture_output=True, text=True
    ).stdout.strip()
    assert re.fullmatch("[0-9a-f]{64}", told)
    assert hashlib.sha256(built("zxing_reader.wasm").read_bytes()).hexdigest() == told


def test_the_reader_asks_for_the_wasm_beside_it() -> None:
    script = built("scan-worker.js").read_text("utf-8")
    assert assets.manifest()["zxing_reader.wasm"] in script
    assert "locateFile" in script


def test_both_readers_and_the_wasm_come_compressed() -> None:
    for name in ("scan-worker.js", "scan-worker-plain.js", "zxing_reader.wasm"):
        plain = built(name)
        for suffix in (".br", ".gz"):
            packed = Path(f"{plain}{suffix}")
            assert packed.stat().st_size < plain.stat().st_size / 2, packed.name


def test_the_licences_name_all_that_is_shipped_and_what_is_inside_it() -> None:
    text = (assets.dist_folder() / "licences.txt").read_text("utf-8")
    wanted = json.loads((FRONT_END / "package.json").read_text("utf-8"))["dependencies"]
    for name, version in wanted.items():
        assert f"{name} {version}\n" in text
    assert "ZXing-C++" in text
    assert "Apache License" in text
