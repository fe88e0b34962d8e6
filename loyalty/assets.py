"""Where templates, static files and migrations are, in a checkout and in an installed wheel.

Standard library only: the build hook and run.py load this file before anything is installed.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

REPAIR_COMMAND = "python3 run.py demo --no-serve"

_PACKAGE = Path(__file__).resolve().parent


class AssetsNotBuiltError(RuntimeError):
    """The built front end is missing or older than its sources."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The front end {what}. Repair: {REPAIR_COMMAND}")


def asset_root() -> Path:
    """The folder that holds `templates`, `static` and `migrations`."""
    bundled = _PACKAGE / "_bundled"
    return bundled if bundled.is_dir() else _PACKAGE.parent


def dist_folder(root: Path | None = None) -> Path:
    """The folder of built files, named by the hash of what is in them."""
    return (root or asset_root()) / "static" / "dist"


def source_digest(root: Path) -> str:
    """One digest over all that the built files depend on."""
    front_end = root / "frontend"
    digest = hashlib.sha256()
    sources = (path for path in (front_end / "src").rglob("*") if path.is_file())
    for path in [front_end / "package-lock.json", front_end / "build.mjs", *sorted(sources)]:
        name, content = path.relative_to(front_end).as_posix().encode(), path.read_bytes()
        digest.update(b"%d %s %d " % (len(name), name, len(content)) + content)
    return digest.hexdigest()


def built_digest(root: Path) -> str:
    """The digest of the sources that the built files were made from, or an empty text."""
    stamp = dist_folder(root) / ".stamp"
    return stamp.read_text("ascii").strip() if stamp.is_file() else ""


@cache
def build() -> str:
    """The name of this release's front end: other sources, other name. Read once a process."""
    return built_digest(asset_root())[:12]


def is_fresh(root: Path) -> bool:
    """Whether the built files are those of the sources beside them."""
    built = built_digest(root)
    has_sources = (root / "frontend" / "src").is_dir()
    return bool(built) and (not has_sources or built == source_digest(root))


def check_built() -> None:
    """Called once at start, so that a page never comes up without its style.

    Raises:
        AssetsNotBuiltError: with one sentence that names the repair.
    """
    root = asset_root()
    if not built_digest(root):
        raise AssetsNotBuiltError("has not been built")
    if not is_fresh(root):
        raise AssetsNotBuiltError("was built from older sources")


@cache
def manifest() -> dict[str, str]:
    """Plain names to built ones: `portal.css` to `portal-7YQ2K4LM.css`. Read once a process."""
    try:
        text = (dist_folder() / "manifest.json").read_text("utf-8")
    except FileNotFoundError as missing:
        raise AssetsNotBuiltError("has not been built") from missing
    names: dict[str, str] = json.loads(text)
    return names
