"""Posters and table tents to print: of each program that people can join, in three sizes."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request, url_for

from loyalty.cards import short_links
from loyalty.core import clock, pictures
from loyalty.core.db import current, write
from loyalty.core.errors import ProgramPaused
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants import acts, card_looks, first_steps
from loyalty.merchants.roles import Permission
from loyalty.portal import first_program
from loyalty.portal.blueprint import blueprint
from loyalty.portal.first_program import here
from loyalty.portal.poster import sheets, warming
from loyalty.portal.poster.sheets import LANGUAGES, SHEETS, Poster
from loyalty.programs import catalogue, editor, promise
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.models import Program
from loyalty.web import guard, reads
from loyalty.web.locale import pick

_SHEETS = {
    "a4": (Text("Locandina A4", "A4 poster"), Text("per la vetrina o il muro", "for the window")),
    "a5": (Text("Locandina A5", "A5 poster"), Text("per il banco", "for the counter")),
    "a6": (Text("Cartolina A6", "A6 card"), Text("accanto alla cassa", "beside the till")),
    "tent": (
        Text("Cavaliere da tavolo", "Table tent"),
        Text("un foglio A4 piegato a metà", "an A4 sheet folded in the middle"),
    ),
}
_LANGUAGES = {
    "it": Text("Italiano", "Italian"),
    "en": Text("Inglese", "English"),
    "both": Text("Italiano e inglese", "Italian and English"),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A program with the address of its posters, without the size."""

    ref: str
    name: str
    promise: str
    url: str


@blueprint.get("/portal/posters")
@guard.staff(Permission.SETTINGS)
def posters() -> str:
    """Which sizes there are, for each program that is in force."""
    found = first_program.in_force()
    warming.begin()
    return render_template(
        "portal/posters.html",
        programs=[_shown(program) for program in found],
        sheets=[(key, pick(name), pick(text)) for key, (name, text) in _SHEETS.items()],
        languages=[(key, pick(name)) for key, name in _LANGUAGES.items()],
        chosen=_languages(),
    )


def _shown(program: Program) -> _Shown:
    program_ref = ref("prg", program.id)
    return _Shown(
        ref=program_ref,
        name=program.name,
        promise=pick(promise.promise(_in_force(program).document)),
        url=url_for("portal.poster", program_ref=program_ref),
    )


@blueprint.get("/portal/programs/<program_ref>/poster.pdf")
@guard.staff(Permission.SETTINGS)
def poster(program_ref: str) -> Response:
    """The PDF in the size and language of the address; the first A4 in Italian."""
    duty, at = guard.duty(), clock.now()
    program = editor.find(reads.session(), merchant_id=duty.merchant_id, program_ref=program_ref)
    sheet = request.args.get("sheet", "a4")
    sheet = sheet if sheet in SHEETS else "a4"
    version = _in_force(program)
    with write() as records:
        code = short_links.keep(records, merchant_id=duty.merchant_id, program_id=program.id)
        if first_steps.print_poster(records, merchant_id=duty.merchant_id, at=at):
            acts.note(records, duty=duty, act="poster.print", target=program_ref, at=at)
    answer = make_response(sheets.make(_poster(program, version, code), sheet))
    answer.mimetype = "application/pdf"
    name = f"loyalty-{sheet}-{_languages()}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _poster(program: Program, version: PublishedVersion, code: str) -> Poster:
    records, shop = reads.session(), here()
    look = card_looks.find(records, merchant_id=shop.id)
    logo = look.logo and pictures.content(records, merchant_id=shop.id, digest=look.logo.digest)
    site, document = current().settings.public_url, version.document
    return Poster(
        shop=shop.name,
        promise=promise.promise(document),
        terms=version.terms,
        link=f"{site}/j/{ref('prg', program.id)}?s=poster",
        address=f"{urlsplit(site).netloc}/j/{code}",
        look=look,
        logo=logo[1] if logo else None,
        stamps=document.stamps.size if document.stamps else 0,
        languages=("it", "en") if _languages() == "both" else (_languages(),),
    )


def _languages() -> str:
    """Of the address, else that of the shop: its customers are meant, not who prints."""
    asked = request.args.get("languages", "")
    return asked if asked in LANGUAGES else here().language


def _in_force(program: Program) -> PublishedVersion:
    if program.current_version is None or program.status != "published":
        raise ProgramPaused
    return catalogue.version(
        reads.session(),
        merchant_id=program.merchant_id,
        program_id=program.id,
        number=program.current_version,
    )
