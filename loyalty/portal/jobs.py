"""Work in the background: what waits, what failed too often, and the owner's word on it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Response, make_response, redirect, render_template

from loyalty.core import clock, outbox, worklist
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.core.jobs import CLAIMED
from loyalty.core.text import Text
from loyalty.core.worklist import Listed
from loyalty.merchants.acts import note
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.locale import pick

LATE_S = 5 * 60  # a worker looks every second; so much later there is probably none

NAMES = {
    "units.expire": Text("Scadenza di punti e timbri", "Expiry of points and stamps"),
    "units.activate": Text(
        "Punti in attesa che diventano utilizzabili", "Waiting units that become usable"
    ),
    "units.lengthen": Text(
        "Durata più lunga per i punti di prima", "A longer life for earlier units"
    ),
    "tiers.review": Text("Revisione dei livelli", "Review of levels"),
    "tiers.adopt": Text("Livelli secondo le nuove regole", "Levels under new rules"),
    "wallet.answer": Text("Codici per aprire le carte", "Codes to open cards"),
    "program.try": Text("Prova di regole", "Trying rules"),
    "staff.forgotten": Text("Password nuove per chi lavora qui", "New passwords for staff"),
    "campaigns.tend": Text("Giro delle campagne", "Seeing to campaigns"),
    "campaigns.send": Text("Invio delle lettere", "Sending letters"),
    "campaigns.trial": Text("Prova della posta", "Trying the mail"),
    "mail.send": Text("Invio di un'e-mail", "Sending a mail"),
    "members.bulk": Text("Etichette su molti clienti", "Tags on many members"),
    "referrals.decide": Text("Premi per chi porta un amico", "Rewards for bringing a friend"),
    "pulse.take": Text("Conto di chi è venuto", "Counting who came"),
    "data.retention": Text(
        "Pulizia notturna dei dati tenuti abbastanza", "Nightly clearing of data kept long enough"
    ),
    "imports.try": Text("Prova di un'importazione", "Dry run of an import"),
    "imports.run": Text("Importazione di un file", "Import of a file"),
    "imports.undo": Text("Annullamento di un'importazione", "Undoing an import"),
    "imports.sweep": Text("Pulizia dei file lasciati a metà", "Clearing of files left half way"),
    "pictures.sweep": Text("Pulizia delle immagini non usate", "Clearing of unused pictures"),
    "tasks.notice": Text("Compiti che si scrivono da soli", "Tasks that write themselves"),
    "automations.tend": Text("Lettere che partono da sole", "Letters that go out by themselves"),
    "jobs.sweep": Text("Pulizia di quanto è già stato fatto", "Clearing away what has been done"),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A job as the page shows it; `failed` counts the attempts that went wrong."""

    ref: str
    name: str
    at: datetime  # it died, or it may run from then on
    failed: int
    is_running: bool
    error: str | None
    can_decide: bool


@blueprint.get("/portal/jobs")
@guard.staff(Permission.STAFF)
def jobs() -> str:
    """What failed too often and waits for a person, then what waits for its turn."""
    records, merchant_id, at = reads.session(), guard.duty().merchant_id, clock.now()
    dead = worklist.dead_jobs(records, merchant_id=merchant_id)
    waiting = worklist.list_jobs(records, merchant_id=merchant_id, states=worklist.WAITING)
    is_alone = _is_alone()
    lag_s = max(worklist.lag_s(records, at=at), outbox.lag_s(records, at=at))
    return render_template(
        "portal/jobs.html",
        dead=[_shown(job, is_alone=is_alone) for job in dead],
        waiting=[_shown(job, is_alone=is_alone) for job in waiting],
        late_s=lag_s if lag_s >= LATE_S else 0,
    )


@blueprint.post("/portal/jobs/<job_ref>/retry")
@guard.staff(Permission.STAFF)
def retry_job(job_ref: str) -> Response:
    """Try what failed once more, from now on."""
    job, at = _mine(job_ref), clock.now()
    with write() as records:
        worklist.retry(records, job_id=job.id, at=at)
        note(records, duty=guard.duty(), act="job.retry", target=job.ref, at=at, kind=job.kind)
    return make_response(redirect("/portal/jobs", 303))


@blueprint.post("/portal/jobs/<job_ref>/discard")
@guard.staff(Permission.STAFF)
def discard_job(job_ref: str) -> Response:
    """Let what failed go for good."""
    job, at = _mine(job_ref), clock.now()
    with write() as records:
        worklist.discard(records, job_id=job.id, at=at)
        note(records, duty=guard.duty(), act="job.discard", target=job.ref, at=at, kind=job.kind)
    return make_response(redirect("/portal/jobs", 303))


def _mine(job_ref: str) -> Listed:
    """A job that this owner may decide about; anybody else's is not there."""
    job = worklist.find(reads.session(), job_ref=job_ref, merchant_id=guard.duty().merchant_id)
    if job.merchant_id is None and not _is_alone():
        raise Unknown("job")
    return job


def _is_alone() -> bool:
    """Whether this is the only shop here: then its owner decides about the house's jobs too."""
    return len(reads.session().execute(sa.select(Merchant.id).limit(2)).all()) == 1


def _shown(job: Listed, *, is_alone: bool) -> _Shown:
    is_running = job.state == CLAIMED
    return _Shown(
        ref=job.ref,
        name=pick(NAMES.get(job.kind, job.kind)),
        at=job.finished_at or job.run_at,
        failed=job.attempts - is_running,
        is_running=is_running,
        error=job.last_error,
        can_decide=job.merchant_id is not None or is_alone,
    )
