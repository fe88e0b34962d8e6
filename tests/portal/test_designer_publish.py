"""From a draft to rules in force: read, published once, remembered; paused and taken up again."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from loyalty.core import clock
from loyalty.merchants.models import StaffAct
from loyalty.programs import starters
from tests.pages import Visitor
from tests.portal.test_designer import acts, begun, newest, path
from tests.programs import POINTS, with_changes

DEARER = with_changes(POINTS, rewards=[{**POINTS["rewards"][0], "cost": {"points": 20}}])


def test_a_new_program_is_published_from_the_portal_alone(shop, aurora):
    made = begun(shop, aurora, "visits", name="Otto visite")
    checked = aurora.submit(made, "/draft", do="publish")
    assert checked.path == path(shop, "publish", "new")
    assert "1 timbro a visita" in checked.words
    done = aurora.submit(checked, "/publish")
    assert done.path == "/portal/programs"
    assert "Pubblicata: vale da adesso." in done.words
    assert not newest(shop, "new").is_draft
    card = shop.card("new", name="Carla", at=clock.now())
    assert shop.visit(card, at=clock.now()).body["earned"] == {"stamps": 1}


def test_before_publishing_one_reads_what_changes_and_for_whom(shop, aurora):
    shop.card("points", name="Carla")
    shop.draft("points", DEARER)
    page = aurora.get(path(shop, "publish"))
    assert "Prima: 10 punti = colazione in omaggio; ora: 20 punti" in page.words
    assert "peggiora" in page.words
    assert "Una carta. Segue le nuove regole" in page.words
    assert "Quanto è già sulla carta mantiene le sue condizioni" in page.words


def test_published_twice_it_is_published_once(shop, aurora):
    shop.draft("points", DEARER)
    page = aurora.get(path(shop, "publish"))
    for _ in range(2):
        assert aurora.submit(page, "/publish").status == 200
    assert (newest(shop).number, newest(shop).is_draft) == (2, False)
    assert acts(shop).count("program.publish") == 1


def test_what_was_not_read_is_not_published(shop, aurora):
    shop.draft("points", DEARER)
    page = aurora.get(path(shop, "publish"))
    aurora.submit(aurora.get(path(shop)), "/draft", **{"rewards.0.cost.points": "30"})
    answer = aurora.submit(page, "/publish")
    assert answer.status == 409
    assert "Nel frattempo la bozza è cambiata" in answer.words
    assert "ora: 30 punti" in answer.words
    assert newest(shop).is_draft


def test_a_cause_without_a_beneficiary_is_not_published(shop, aurora):
    begun(shop, aurora, "good")
    page = aurora.get(path(shop, "publish", "new"))
    assert "Chi riceve il denaro : Scrivi chi riceverà il denaro" in page.words
    assert not page.has_form("/publish")
    csrf = page.form("/language").fields["csrf_token"]
    seal = newest(shop, "new").seal
    answer = aurora.post(path(shop, "publish", "new"), {"csrf_token": csrf, "seal": seal})
    assert answer.status == 409
    assert newest(shop, "new").is_draft


def test_without_a_draft_there_is_nothing_to_publish(shop, aurora):
    page = aurora.get(path(shop, "publish"))
    assert "Non c'è nessuna bozza" in page.words
    assert not page.has_form("/publish")


def test_the_history_says_what_changed_when_and_who_did_it(shop, aurora):
    shop.draft("points", DEARER)
    aurora.submit(aurora.get(path(shop, "publish")), "/publish")
    page = aurora.get(path(shop, "history"))
    assert "Versione 2 in vigore" in page.words
    assert "da Aurora" in page.words
    assert "Prima: 10 punti = colazione in omaggio; ora: 20 punti" in page.words
    assert "Versione 1" in page.words


def test_nothing_was_ever_in_force_says_what_will_be_here(shop, aurora):
    begun(shop, aurora)
    assert "Non è ancora entrato in vigore nulla" in aurora.get(path(shop, "history", "new")).words


def test_a_program_is_paused_and_taken_up_again(shop, aurora):
    page = aurora.submit(aurora.get("/portal/programs"), path(shop, "pause"))
    assert "In pausa" in page.words
    assert page.has_form(path(shop, "resume"))
    page = aurora.submit(page, path(shop, "resume"))
    assert page.has_form(path(shop, "pause"))
    with shop.database.read() as session:
        told = list(session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars())
    assert told == ["program.pause", "program.resume"]


def test_a_draft_cannot_be_paused(shop, aurora):
    begun(shop, aurora)
    csrf = aurora.get("/portal/programs").form("/language").fields["csrf_token"]
    page = aurora.post(path(shop, "pause", "new"), {"csrf_token": csrf})
    assert "Prima si pubblica" in page.words


def test_a_hundred_rewards_with_all_their_fields_are_kept(shop, aurora):
    raw = starters.starter("points", currency="EUR")
    one = {**raw["rewards"][0], "stock": 9, "per_customer": {"count": 1, "days": 30}}
    rewards = [{**one, "key": f"reward-{n}", "name": {"it": "x" * 120}} for n in range(100)]
    program = shop.program("many", with_changes(raw, rewards=rewards), publish=False)
    page = aurora.get(f"/portal/programs/{program}/draft")
    saved = aurora.submit(page, "/draft", **{"rewards.99.stock": "3"})
    assert saved.status == 200
    assert newest(shop, "many").raw["rewards"][99]["stock"] == 3


def photo(kind="PNG", size=(40, 30)):
    made = io.BytesIO()
    Image.new("RGB", size, "#c05020").save(made, kind)
    return made.getvalue()


def send(aurora, shop, content, name="torta.png"):
    page = aurora.get(path(shop, "photos"))
    form = page.form("/photos/breakfast")
    fields = {**form.fields, "photo": (io.BytesIO(content), name)}
    return aurora.post(form.action, fields)


def test_a_reward_shows_its_photo_and_shows_none_again(shop, aurora, app):
    page = send(aurora, shop, photo())
    assert page.status == 200
    [url] = [each.split('"')[0] for each in page.html.split('src="')[1:] if "pictures" in each]
    shown = Visitor(app).client.get(url)
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    gone = aurora.submit(page, "/photos/breakfast/remove")
    assert "/pictures/" not in gone.html
    assert acts(shop).count("reward.photo") == acts(shop).count("reward.photo_off") == 1


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a..."]
)
def test_what_is_no_photo_is_refused_at_its_field(shop, aurora, content):
    page = send(aurora, shop, content)
    assert page.status == 422
    assert 'id="f-photo-breakfast-error"' in page.html
    assert "/pictures/" not in page.html


def test_the_photo_of_a_reward_that_is_not_there_is_not_kept(shop, aurora):
    csrf = aurora.get("/portal/programs").form("/language").fields["csrf_token"]
    answer = aurora.post(path(shop, "photos/nothing"), {"csrf_token": csrf})
    assert answer.status == 404
