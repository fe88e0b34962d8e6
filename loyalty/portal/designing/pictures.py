"""Photos of the rewards: chosen, looked at, taken away."""

from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.core.pictures import PHOTO, PictureRefused
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing.form import found
from loyalty.programs import photos
from loyalty.programs.document import Reward
from loyalty.programs.drafts import Newest
from loyalty.programs.loading import load
from loyalty.web import guard, reads, rewardphotos, toasts, uploads
from loyalty.web.locale import pick
from loyalty.web.looks import capital

_NONE = Text("Scegli prima una foto.", "Choose a photo first.")
_KEPT = Text("La foto si vede già sulla carta.", "The photo shows on the card already.")
_GONE = Text("La foto non si vede più.", "The photo is not shown any more.")


@dataclass(frozen=True, slots=True)
class _Row:
    """A reward with its photo, and what was wrong with the file just sent."""

    key: str
    name: str
    photo: rewardphotos.Shown | None
    errors: list[str]


@blueprint.get("/portal/programs/<program_ref>/photos")
@guard.staff(Permission.PROGRAMS)
def program_photos(program_ref: str) -> Response:
    """Every reward, with its photo or a place for one."""
    return _page(program_ref)


@blueprint.post("/portal/programs/<program_ref>/photos/<reward>")
@guard.staff(Permission.PROGRAMS)
@uploads.takes(uploads.PICTURE_FORM_BYTES_MAX)
def keep_photo(program_ref: str, reward: str) -> Response:
    """Judge the file, make the picture anew, and show it."""
    program, newest = found(reads.session(), program_ref)
    _demand(newest, reward)
    try:
        made = uploads.picture("photo", PHOTO)
        if made is None:
            return _page(program_ref, (reward, _NONE), 422)
        with write() as records:
            photos.keep(records, program=program, reward=reward, made=made, at=clock.now())
            _note(records, program_ref, reward, "reward.photo")
    except PictureRefused as error:
        return _page(program_ref, (reward, error.sentence), 422)
    toasts.say(_KEPT)
    return _back(program_ref)


@blueprint.post("/portal/programs/<program_ref>/photos/<reward>/remove")
@guard.staff(Permission.PROGRAMS)
def remove_photo(program_ref: str, reward: str) -> Response:
    """Show none any more."""
    program, newest = found(reads.session(), program_ref)
    _demand(newest, reward)
    with write() as records:
        if photos.remove(records, program=program, reward=reward):
            _note(records, program_ref, reward, "reward.photo_off")
    toasts.say(_GONE)
    return _back(program_ref)


def _demand(newest: Newest, reward: str) -> None:
    if load(newest.raw).reward(reward) is None:
        raise Unknown("reward")


def _note(records: Session, program_ref: str, reward: str, act: str) -> None:
    note(records, duty=guard.duty(), act=act, target=program_ref, at=clock.now(), reward=reward)


def _back(program_ref: str) -> Response:
    here = url_for("portal.program_photos", program_ref=program_ref)
    return make_response(redirect(here, 303))


def _page(program_ref: str, refused: tuple[str, Text] | None = None, status: int = 200) -> Response:
    program, newest = found(reads.session(), program_ref)
    shown = rewardphotos.of_program(program.merchant_id, program.id)
    key, said = refused or ("", None)
    body = render_template(
        "portal/designer/photos.html",
        program_ref=program_ref,
        name=program.name,
        rewards=[
            _row(each, shown.get(each.key), [pick(said)] if each.key == key else [])
            for each in load(newest.raw).rewards
        ],
    )
    return make_response(body, status)


def _row(reward: Reward, photo: rewardphotos.Shown | None, errors: list[str]) -> _Row:
    return _Row(reward.key, capital(pick(reward.name)), photo, errors)
