"""`smtp-sink` of Debian's postfix: a mail server in C that takes everything, for timing ours."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SESSIONS_MAX = 200


@dataclass(frozen=True)
class Sink:
    """How to start it; `name` is for the reader."""

    name: str
    command: list[str]
    environment: Mapping[str, str]


def smtp_sink(port: int, folder: Path) -> Sink | None:
    """The one that `LOYALTY_SMTP_SINK` names, else Debian's, unpacked into `folder`.

    None, and a line that says why, where there is neither.
    """
    named = os.environ.get("LOYALTY_SMTP_SINK")
    root = folder if named else _unpacked(folder)
    if root is None:
        return None
    path = named or str(root / "usr/sbin/smtp-sink")
    options = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [path, *options, "-c", f"127.0.0.1:{port}", str(SESSIONS_MAX)]
    libraries = {} if named else {"LD_LIBRARY_PATH": str(root / "usr/lib/postfix")}
    return Sink("smtp-sink", command, {**os.environ, **libraries})


def _unpacked(folder: Path) -> Path | None:
    """Debian's package, taken apart and not installed: nothing of it ever listens by itself."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        print("  no smtp-sink: this is not Debian", flush=True)
        return None
    asked = ["apt-get", "-qq", "download", "postfix"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    packages = list(folder.glob("postfix_*.deb"))
    if not packages:
        print(f"  no smtp-sink: {done.stderr.strip()[-200:]}", flush=True)
        return None
    root = folder / "postfix"
    subprocess.run(["dpkg-deb", "-x", packages[0], root], check=True)
    folder.chmod(0o755)  # it runs as nobody
    return root
