"""A folder in memory for what need not outlive a power cut, where the machine has room for it."""

import shutil
from pathlib import Path

_SHARED = Path("/dev/shm")
_FREE_BYTES_MIN = 2 * 1024**3  # containers often have a sliver of it only


def folder() -> Path | None:
    """The folder, or None where there is none or it is small: then the usual one is meant."""
    if _SHARED.is_dir() and shutil.disk_usage(_SHARED).free >= _FREE_BYTES_MIN:
        return _SHARED
    return None
