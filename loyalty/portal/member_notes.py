"""Notes and tags on a member's page."""

from flask import Response, url_for
from marshmallow import fields

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Forbidden, Invalid
from loyalty.core.ids import ref
from loyalty.customers import notes, tags
from loyalty.customers.notes import LETTERS_MAX, ChangedMeanwhile, NotTheirs
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import member, member_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.deeds import Keyed, key_hash
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Paragraph
from loyalty.web.forms import FormState, TypedWhole, read_form
from loyalty.web.locale import gettext, language


class _Write(Keyed):
    words = Paragraph((1, LETTERS_MAX))


class _Rewrite(Body):
    words = Paragraph((1, LETTERS_MAX))
    edits = TypedWhole(0, 10_000, required=True)


class _Tag(Body):
    tag = fields.String(load_default="")


_write_form, _rewrite_form, _tag_form = _Write(), _Rewrite(), _Tag()


@blueprint.post("/portal/members/<member_ref>/notes")
@guard.staff(Permission.MEMBERS)
def write_member_note(member_ref: str) -> Response:
    """Keep a note under one's own name."""
    customer = member_of.find(reads.session(), member_ref)
    form, at, who = _with_words(read_form(_write_form)), clock.now(), ref("cus", customer.id)
    if not form.is_valid:
        return member.page(customer, member.Forms(note=form), 422)
    with write() as records:
        made = notes.write(
            records,
            duty=guard.duty(),
            customer_ref=who,
            words=form.values["words"],
            key_hash=key_hash(form.values["key"]),
            at=at,
        )
        named = ref("not", made.id)
        note(records, duty=guard.duty(), act="note.write", target=who, at=at, note=named)
    return member_of.back(who, "line")


def _with_words(form: FormState) -> FormState:
    if "words" not in form.values and not form.error("words"):
        return form.refuse("words", gettext("Write a few words first."))
    return form


@blueprint.post("/portal/members/<member_ref>/notes/<note_ref>/rewrite")
@guard.staff(Permission.MEMBERS)
def rewrite_member_note(member_ref: str, note_ref: str) -> Response:
    """Other words for one's own note; those before stay beside them."""
    customer = member_of.find(reads.session(), member_ref)
    who = _demand_theirs(member_ref, note_ref)
    form, at = _with_words(read_form(_rewrite_form)), clock.now()
    if not form.is_valid:
        return member.page(customer, member.Forms(note=form, of=note_ref), 422)
    try:
        with write() as records:
            notes.rewrite(
                records,
                duty=guard.duty(),
                note_ref=note_ref,
                words=form.values["words"],
                edits=form.values["edits"],
                at=at,
            )
            note(records, duty=guard.duty(), act="note.rewrite", target=who, at=at, note=note_ref)
    except ChangedMeanwhile as error:
        forms = member.Forms(note=form.refuse("words", error.sentence), of=note_ref)
        return member.page(customer, forms, 409)
    except NotTheirs as error:
        raise Forbidden(permission="note") from error
    return member_of.back(who, "line")


@blueprint.post("/portal/members/<member_ref>/notes/<note_ref>/strike")
@guard.staff(Permission.MEMBERS)
def strike_member_note(member_ref: str, note_ref: str) -> Response:
    """It is not meant any more; it stays, struck."""
    at, who = clock.now(), _demand_theirs(member_ref, note_ref)
    with write() as records:
        if notes.strike(records, duty=guard.duty(), note_ref=note_ref, at=at):
            note(records, duty=guard.duty(), act="note.strike", target=who, at=at, note=note_ref)
    undo = url_for("portal.restore_member_note", member_ref=who, note_ref=note_ref)
    toasts.say(gettext("The note is struck."), undo=undo)
    return member_of.back(who, "line")


@blueprint.post("/portal/members/<member_ref>/notes/<note_ref>/restore")
@guard.staff(Permission.MEMBERS)
def restore_member_note(member_ref: str, note_ref: str) -> Response:
    """It is meant after all."""
    at, who = clock.now(), _demand_theirs(member_ref, note_ref)
    with write() as records:
        if notes.restore(records, duty=guard.duty(), note_ref=note_ref):
            note(records, duty=guard.duty(), act="note.restore", target=who, at=at, note=note_ref)
    return member_of.back(who, "line")


def _demand_theirs(member_ref: str, note_ref: str) -> str:
    """The member's ref. Raises Unknown("note") for a note about somebody else."""
    records = reads.session()
    customer = member_of.find(records, member_ref)
    found = notes.find(records, merchant_id=customer.merchant_id, note_ref=note_ref)
    member_of.demand_about(records, customer, found.customer_id)
    return ref("cus", customer.id)


@blueprint.post("/portal/members/<member_ref>/tags")
@guard.staff(Permission.MEMBERS)
def tag_member(member_ref: str) -> Response:
    """Put a tag on, made if it is new."""
    customer = member_of.find(reads.session(), member_ref)
    form, at, who = read_form(_tag_form), clock.now(), ref("cus", customer.id)
    duty = guard.duty()
    if not form.is_valid:
        return member.page(customer, member.Forms(tag=form), 422)
    try:
        with write() as records:
            tag = tags.make(
                records, merchant_id=duty.merchant_id, name=form.values.get("tag", ""), at=at
            )
            put = tags.put(
                records,
                merchant_id=duty.merchant_id,
                tag_id=tag,
                customer_ids=[customer.id],
                actor=duty.actor,
                at=at,
            )
            if put:
                note(records, duty=duty, act="member.tag", target=who, at=at, tag=ref("tag", tag))
    except Invalid as error:
        wrong = form.refuse_all(error.facts_in(language())["fields"])
        return member.page(customer, member.Forms(tag=wrong), 422)
    return member_of.back(who, "tags")


@blueprint.post("/portal/members/<member_ref>/tags/<tag_ref>/off")
@guard.staff(Permission.MEMBERS)
def untag_member(member_ref: str, tag_ref: str) -> Response:
    """Take a tag off, with a way back."""
    customer = member_of.find(reads.session(), member_ref)
    at, who, duty = clock.now(), ref("cus", customer.id), guard.duty()
    with write() as records:
        tag = tags.find(records, merchant_id=duty.merchant_id, tag_ref=tag_ref)
        off = tags.take_off(
            records, merchant_id=duty.merchant_id, tag_id=tag.id, customer_ids=[customer.id]
        )
        if off:
            note(records, duty=duty, act="member.untag", target=who, at=at, tag=tag_ref)
        name = tag.name
    undo = url_for("portal.tag_member", member_ref=who)
    toasts.say(gettext("Tag “%(name)s” taken off.", name=name), undo=undo, tag=name)
    return member_of.back(who, "tags")
