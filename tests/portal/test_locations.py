"""The shop's places: opened, described, with rules of their own, closed and open again."""

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.merchants import devices, places
from loyalty.merchants.models import Location, Merchant, StaffAct

PAGE = "/portal/locations"


@pytest.fixture
def market(shop):
    with shop.database.write() as session:
        return places.add(session, duty=shop.owner, name="Mercato", at=clock.now())


def page_of(market):
    return f"{PAGE}/{market}"


def save(visitor, market, **typed):
    return visitor.submit(visitor.get(page_of(market)), page_of(market), **typed)


def plain(page):
    """The words with a hyphen for each dash."""
    return page.words.replace("\N{EN DASH}", "-")


def row(shop, name="Mercato"):
    with shop.database.read() as session:
        found = session.execute(sa.select(Location).where(Location.name == name)).scalar_one()
        session.expunge(found)
        return found


def test_a_place_is_opened_and_described(shop, aurora):
    page = aurora.submit(aurora.get(PAGE), PAGE, name="Via Roma")
    assert page.path.startswith(f"{PAGE}/loc_")
    typed = {
        f"h{day}{place}": time
        for day in range(5)
        for place, time in enumerate(("7.30", "13", "15:30", "19:30"))
    }
    listed = aurora.submit(
        page, page.path, address="Via Roma 1, Torino", h50="8", h51="2:00", **typed
    )
    assert "Via Roma 1, Torino" in listed.words
    assert "lun-ven 07:30-13:00, 15:30-19:30" in plain(listed)
    assert "sab 08:00-02:00" in plain(listed)
    assert "dom chiuso" in listed.words


def test_customers_read_where_and_when_on_the_page_by_which_they_join(
    shop, aurora, anybody, market
):
    save(aurora, market, address="Piazza Grande", h00="8:00", h01="13:00")
    page = anybody.get(f"/j/{shop.programs['points']}")
    assert "Piazza Grande" in page.words
    assert "lun 08:00-13:00" in plain(page)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"h00": "8:00"}, "lunedì: Scrivi tutte e due le ore"),
        ({"h10": "presto", "h11": "tardi"}, "martedì: Scrivi un'ora come 8:30"),
        ({"h00": "8", "h01": "13", "h02": "12", "h03": "19"}, "La seconda fascia comincia prima"),
        ({"h00": "8", "h01": "7", "h02": "9", "h03": "19"}, "chiusura viene prima"),
        ({"amount_max": "tanto"}, "Scrivi una somma"),
        ({"name": "x" * 121}, "Da 1 a 120 caratteri"),
        ({"name": ""}, "Manca"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_stays_as_typed(aurora, market, typed, said):
    page = save(aurora, market, **typed)
    assert page.status == 422
    assert said in page.words
    assert all(value in page.html for value in typed.values())


def test_two_places_have_two_names(aurora, market):
    page = aurora.submit(aurora.get(PAGE), PAGE, name="mercato")
    assert page.status == 422
    assert "già una sede" in page.words


def test_two_people_who_edit_at_once_hear_of_each_other_and_lose_nothing(shop, aurora, market):
    first = aurora.get(page_of(market))
    save(aurora, market, address="Piazza Nuova")
    late = aurora.submit(first, page_of(market), address="Piazza Vecchia")
    assert late.status == 409
    assert "Qualcun altro ha salvato" in late.words
    assert "Indirizzo Piazza Nuova" in late.words
    assert 'value="Piazza Vecchia"' in late.html
    aurora.submit(late, page_of(market))
    assert row(shop).address == "Piazza Vecchia"


def test_a_place_with_a_till_is_not_closed_and_nothing_is_lost(shop, aurora, market):
    with shop.database.write() as session:
        devices.add(session, duty=shop.owner, name="Banco", location="Mercato", at=clock.now())
    page = aurora.submit(aurora.get(page_of(market)), "/close")
    assert page.status == 409
    assert "casse collegate (1)" in page.words
    with shop.database.write() as session:
        (till,) = devices.list_devices(session, merchant_id=shop.merchant_id)
        devices.revoke(session, duty=shop.owner, device_ref=till.ref, at=clock.now())
    listed = aurora.submit(aurora.get(page_of(market)), "/close")
    assert "chiusa dal" in listed.words
    again = aurora.submit(listed, "/reopen")
    assert "chiusa dal" not in again.words
    with shop.database.read() as session:
        acts = session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars().all()
    assert [act for act in acts if act.startswith("location")] == [
        "location.add", "location.close", "location.reopen",
    ]  # fmt: skip


def test_the_shops_own_settings_and_two_who_change_them(shop, aurora):
    page = aurora.get("/portal/shop")
    assert "EUR" in page.words
    saved = aurora.submit(page, "/portal/shop", name="Caffè <Nuovo>", timezone="Europe/London")
    assert "Caffè <Nuovo>" in saved.words
    late = aurora.submit(page, "/portal/shop", name="Altro")
    assert late.status == 409
    assert "Nome del negozio Caffè <Nuovo>" in late.words
    for wrong in ({"timezone": "Mars/Olympus"}, {"name": ""}, {"language": "de"}):
        assert aurora.submit(aurora.get("/portal/shop"), "/portal/shop", **wrong).status == 422
    with shop.database.read() as session:
        assert session.get_one(Merchant, shop.merchant_id).timezone == "Europe/London"


def test_strangers_and_cashiers(shop, aurora, bruno, dario, market):
    for path in (PAGE, page_of(market), "/portal/shop"):
        assert bruno.get(path).status == 403
    assert dario.get(page_of(market)).status == 404
    token = {**dario.get(PAGE).form(PAGE).fields, "name": "x", "seen": "x"}
    for step in ("", "/close", "/reopen"):
        assert dario.post(page_of(market) + step, token).status == 404
    assert "Mercato" not in dario.get(PAGE).words
    assert ref("loc", row(shop).id) == market
