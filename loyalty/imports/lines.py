"""The lines of a file as text: plain or gzip, UTF-8 or Latin-1, never more than one in memory."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.imports import words

LINE_BYTES_MAX = 65_536
_GZIP = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class FileRefused(Invalid):
    """The file as a whole cannot be read as sales; nothing of it was taken."""

    def __init__(self, reason: Text) -> None:
        super().__init__({"file": [reason.en]})
        self.reason = reason

    @property
    def sentence(self) -> Text:
        """What is wrong with the file."""
        return self.reason


@contextmanager
def opened(source: Path | Callable[[], io.BufferedReader]) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked if it is gzip, whatever its name. Raises FileRefused."""
    try:
        raw = source.open("rb") if isinstance(source, Path) else source()
    except OSError as error:
        raise FileRefused(words.NOT_THERE) from error
    with raw:
        if raw.peek(2)[:2] != _GZIP:
            yield raw
            return
        with gzip.GzipFile(fileobj=raw) as unpacked:
            yield cast("BinaryIO", unpacked)


def numbered(stream: BinaryIO) -> Iterator[tuple[int, str | None]]:
    """Each line with its number from 1, without its end; None for one that is too long.

    Raises FileRefused when the file cannot be read to its end.
    """
    number = 0
    while line := _read(stream):
        number += 1
        if number == 1:
            line = _without_mark(line)  # the mark is no part of the first line
        if len(line) >= LINE_BYTES_MAX and not line.endswith(b"\n"):
            _skip_rest(stream)
            yield number, None
        else:
            yield number, decoded(line).rstrip("\r\n")


def _read(stream: BinaryIO) -> bytes:
    try:
        return stream.readline(LINE_BYTES_MAX)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileRefused(words.DAMAGED_GZIP) from error
    except OSError as error:
        raise FileRefused(words.NOT_THERE) from error


def decoded(line: bytes) -> str:
    """UTF-8 where the bytes are UTF-8, else Latin-1 as Windows writes it (with its euro sign).

    Decided for each line: one stray byte does not spoil the names of the whole file.
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return line.decode("cp1252")
        except UnicodeDecodeError:
            return line.decode("latin-1")


def _without_mark(line: bytes) -> bytes:
    if line.startswith(_UTF16_MARKS):
        raise FileRefused(words.WIDE_TEXT)
    return line.removeprefix(_UTF8_MARK)


def _skip_rest(stream: BinaryIO) -> None:
    while rest := _read(stream):
        if rest.endswith(b"\n"):
            return
