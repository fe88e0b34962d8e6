"""The few forms of Markdown that a letter needs, as blocks: each is printed as HTML and as text."""

import re
from dataclasses import dataclass
from html import escape
from typing import Literal
from urllib.parse import quote, urlsplit

from loyalty.campaigns.tags import has_mark
from loyalty.core.errors import Invalid
from loyalty.core.text import Text

Kind = Literal["heading", "text", "list", "button", "image", "line"]
_URL = r"\(\s*([^()\s]{1,2000})\s*\)"
_ALONE = re.compile(rf"\[([^\[\]\n]{{1,200}})\]{_URL}")
_IMAGE = re.compile(rf"!\[([^\[\]\n]{{0,200}})\]{_URL}")
_INLINE = re.compile(rf"\*\*(.+?)\*\*|\*([^*\s](?:[^*]*[^*\s])?)\*|\[([^\[\]\n]{{1,200}})\]{_URL}")
_SCHEMES = ("https", "http", "mailto", "tel")


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a letter; `lines` are its texts as typed, `url` where it leads or is found."""

    kind: Kind
    lines: tuple[str, ...] = ()
    url: str = ""


def read(text: str, *, own_url: str, field: str) -> list[Block]:
    """The blocks of a letter. Raises Invalid for an address that must not stand there.

    Pictures come from `own_url` alone: whoever keeps them elsewhere learns who has read the letter.
    """
    parts = [part for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    return [_block(part.strip(), own_url, field) for part in parts]


def _block(part: str, own_url: str, field: str) -> Block:
    if part.startswith("#"):
        return Block("heading", (" ".join(part.lstrip("#").split()),))
    if set(part) <= {"-"} and len(part) >= 3:  # noqa: PLR2004  # as Markdown has it
        return Block("line")
    if match := _IMAGE.fullmatch(part):
        return Block("image", (match[1],), _own(match[2], own_url, field))
    if match := _ALONE.fullmatch(part):
        return Block("button", (match[1],), _link(match[2], field))
    lines = [line.strip() for line in part.split("\n") if line.strip()]
    if all(line.startswith(("- ", "* ")) for line in lines):
        return _checked(Block("list", tuple(line[2:].strip() for line in lines)), field)
    return _checked(Block("text", (" ".join(lines),)), field)


def _checked(block: Block, field: str) -> Block:
    for line in block.lines:
        for match in _INLINE.finditer(line):
            if match[4]:
                _link(match[4], field)
    return block


def _link(url: str, field: str) -> str:
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:  # brackets that do not close
        scheme = ""
    if has_mark(url) or scheme not in _SCHEMES:
        raise Invalid({field: [_BAD_LINK]})
    return _spelt(url)


def _own(url: str, own_url: str, field: str) -> str:
    if has_mark(url) or not url.startswith(f"{own_url}/") or ".." in url:
        raise Invalid({field: [_BAD_PICTURE]})
    return _spelt(url)


def _spelt(url: str) -> str:
    """An address in ASCII, with nothing that ends an attribute."""
    return quote(url, safe="%:/?#[]@!$&()*+,;=~-._")


def html(line: str) -> str:
    """A line with its bold, slanted and linked parts; everything else is text."""
    made, at = [], 0
    for match in _INLINE.finditer(line):
        made.append(escape(line[at : match.start()]))
        made.append(_marked(match))
        at = match.end()
    return "".join([*made, escape(line[at:])])


def _marked(match: re.Match[str]) -> str:
    if match[1]:
        return f"<strong>{escape(match[1])}</strong>"
    if match[2]:
        return f"<em>{escape(match[2])}</em>"
    return f'<a href="{escape(_spelt(match[4]))}">{escape(match[3])}</a>'


def plain(line: str) -> str:
    """The same line for who reads text only: a link is followed by its address."""

    def said(match: re.Match[str]) -> str:
        return match[1] or match[2] or f"{match[3]} ({match[4]})"

    return _INLINE.sub(said, line)


def as_text(block: Block) -> str:
    """A block as plain text."""
    if block.kind == "line":
        return "---"
    if block.kind == "list":
        return "\n".join(f"- {plain(line)}" for line in block.lines)
    if block.kind == "button":
        return f"{block.lines[0]}: {block.url}"
    if block.kind == "image":
        return f"[{block.lines[0]}]" if block.lines[0] else ""
    return plain(block.lines[0])


_BAD_LINK = Text(
    "Un link deve cominciare con https:// e non può contenere segnaposti.",
    "A link has to begin with https:// and cannot hold placeholders.",
)
_BAD_PICTURE = Text(
    "Le immagini si caricano qui: da altri siti direbbero a terzi chi ha aperto la lettera.",
    "Pictures are uploaded here: from other sites they would tell others who opened the letter.",
)
