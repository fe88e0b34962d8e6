"""A letter is printed once for a campaign: MJML, inline styles, plain text, cut at its gaps.

What is left for each person is to put values between pieces of text.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

from loyalty.campaigns import blocks, tags
from loyalty.campaigns.blocks import Block
from loyalty.campaigns.letter import Draft
from loyalty.campaigns.tags import Piece
from loyalty.core.text import Text, one_line

_STYLE = "font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif\""
_SUBJECT_LETTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the shop's name, and the name and address that the law wants below."""

    shop: str
    identity: str


@dataclass(frozen=True, slots=True)
class Printed:
    """One language of a letter, ready for each person."""

    subject: list[Piece]
    html: list[Piece]
    text: list[Piece]

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {name: tags.as_plain(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def of_dict(cls, plain: dict[str, Any]) -> "Printed":
        """Back from JSON."""
        return cls(**{name: tags.of_plain(plain[name]) for name in cls.__slots__})

    def for_one(self, values: dict[str, str]) -> tuple[str, str, str]:
        """Subject, HTML and plain text of one person."""
        return (
            one_line(tags.fill(self.subject, values))[:_SUBJECT_LETTERS_MAX],
            tags.fill(self.html, values, escape),
            tags.fill(self.text, values),
        )


def printed(
    draft: Draft, *, language: str, sender: Sender, has_offer: bool, asks: bool = False
) -> Printed:
    """The letter in its frame; slow (some 20 ms), so never inside a write.

    `asks`: below it stands a button to the page where the person may answer.
    """
    import css_inline  # noqa: PLC0415  # only who launches a campaign needs these
    from mjml import mjml2html  # noqa: PLC0415

    gaps = draft.gaps
    sender = Sender(tags.unmarked(one_line(sender.shop)), tags.unmarked(one_line(sender.identity)))
    offer = _offer(draft, language) if has_offer and not _shows_code(draft) else []
    letter = [*draft.blocks, *offer, *(_answer(draft, language) if asks else [])]
    foot = _foot(draft, language, sender)
    source = _mjml(letter, foot, sender, language)
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
    html = inliner.inline(mjml2html(source, fonts={}))
    text = "\n\n".join([*filter(None, map(blocks.as_text, letter)), "--\n" + "\n".join(foot.text)])
    return Printed(gaps.split(draft.subject), gaps.split(html), gaps.split(text + "\n"))


def _shows_code(draft: Draft) -> bool:
    return any(tag.name == "offer_code" for tag in draft.gaps.tags)


def _offer(draft: Draft, language: str) -> list[Block]:
    """The box with the voucher, where the merchant has not put it somewhere."""
    place = draft.gaps.place
    says = _OFFER.pick(language)
    name, code, until = place("offer"), place("offer_code"), place("offer_until")
    return [Block("line"), Block("heading", (name,)), Block("text", (says.format(code, until),))]


def _answer(draft: Draft, language: str) -> list[Block]:
    """The button that leads to the question."""
    return [Block("button", (_ANSWER.pick(language),), draft.gaps.place_url("answer_url"))]


@dataclass(frozen=True, slots=True)
class _Foot:
    html: str
    text: list[str]


def _foot(draft: Draft, language: str, sender: Sender) -> _Foot:
    """Who writes, why you get this, and the way out: in every letter, whatever is in it."""
    day, address = draft.gaps.place("consent_day"), draft.gaps.place_url
    leave, view = address("unsubscribe_url"), address("view_url")
    why = _WHY.pick(language).format(sender.shop, day)
    out, look = _OUT.pick(language), _LOOK.pick(language)
    links = f'<a href="{leave}">{out}</a> · <a href="{view}">{look}</a>'
    html = f"{escape(sender.identity)}<br>{escape(why)}<br>{links}"
    return _Foot(html, [sender.identity, why, f"{out}: {leave}", f"{look}: {view}"])


def _mjml(letter: list[Block], foot: _Foot, sender: Sender, language: str) -> str:
    body = "".join(map(_element, letter))
    return (
        f'<mjml lang="{language}"><mj-head><mj-title>{_title(sender.shop)}</mj-title>'
        f'<mj-attributes><mj-all {_STYLE} /><mj-text font-size="16px" line-height="1.5"'
        ' color="#16171a" padding="0 0 16px" /><mj-image padding="0 0 16px" />'
        '<mj-divider border-width="1px" border-color="#e4e4df" padding="8px 0 24px" />'
        '<mj-button background-color="#0b6b4f" color="#ffffff" font-weight="600"'
        ' border-radius="8px" font-size="16px" align="left" padding="0 0 16px" /></mj-attributes>'
        '<mj-style inline="inline">a { color: #0b6b4f; } .foot a { color: #55585e; }</mj-style>'
        '</mj-head><mj-body width="560px" background-color="#f6f6f4">'
        '<mj-section padding="24px 16px 0"><mj-column>'
        f'<mj-text font-weight="600">{escape(sender.shop)}</mj-text></mj-column></mj-section>'
        '<mj-section background-color="#ffffff" padding="28px 24px 12px" border-radius="14px">'
        f"<mj-column>{body}</mj-column></mj-section>"
        '<mj-section padding="20px 16px 24px"><mj-column>'
        '<mj-text css-class="foot" font-size="13px" color="#55585e">'
        f"{foot.html}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )


def _title(shop: str) -> str:
    """The printer also puts it into an attribute, as it is: some readers would see tags there."""
    return "".join(letter for letter in shop if letter not in "<>&\"'")


def _element(block: Block) -> str:
    if block.kind == "line":
        return "<mj-divider />"
    first = blocks.html(block.lines[0])
    if block.kind == "heading":
        return f'<mj-text font-size="22px" line-height="1.3" font-weight="600">{first}</mj-text>'
    if block.kind == "button":
        return f'<mj-button href="{escape(block.url)}">{first}</mj-button>'
    if block.kind == "image":
        return f'<mj-image src="{escape(block.url)}" alt="{escape(block.lines[0])}" />'
    if block.kind == "list":
        items = "".join(f"<li>{blocks.html(line)}</li>" for line in block.lines)
        return f'<mj-text><ul style="margin:0;padding-left:20px">{items}</ul></mj-text>'
    return f"<mj-text>{first}</mj-text>"


_OFFER = Text(
    "Mostra questo codice alla cassa: **{}**. Vale fino al {}.",
    "Show this code at the till: **{}**. It is good until {}.",
)
_ANSWER = Text("Rispondi con un tocco", "Answer with one tap")
_WHY = Text(
    "Ricevi questa lettera perché il {1} hai detto sì alle novità di {0}.",
    "You get this letter because on {1} you said yes to news from {0}.",
)
_OUT = Text("Non voglio più ricevere queste lettere", "I no longer want these letters")
_LOOK = Text("Leggila nel browser", "Read it in the browser")
