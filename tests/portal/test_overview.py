"""The owner's home says what is true, and nothing else."""

from loyalty.core import clock


def test_the_overview_counts_visits_cards_and_units(shop, aurora):
    carla, gino = shop.card("points", name="Carla"), shop.card("stamps", name="Gino")
    shop.visit(carla, 1240, at=clock.now())
    shop.visit(carla, 300, at=clock.now())
    shop.visit(gino, coffees=2, at=clock.now())
    page = aurora.get("/portal/")
    assert "Visite di oggi 3 3 in 30 giorni" in page.words
    assert "Clienti di oggi 2 2 in 30 giorni" in page.words
    assert "Carte 2 consegnate finora" in page.words
    assert "Punti riscattati 15 0 15 0" in page.words
    assert "Timbri riscattati 2 0 2 0" in page.words
    assert "12,40 € di spesa: +12 punti" in page.words


def test_a_cancelled_visit_is_shown_and_not_counted(shop, aurora):
    carla = shop.card("points", name="Carla")
    visit = shop.visit(carla, 1240, at=clock.now())
    shop.void(visit.body["ref"], at=clock.now())
    page = aurora.get("/portal/")
    assert "Visite di oggi 0 0 in 30 giorni" in page.words
    assert "Annullata" in page.words


def test_each_program_says_its_promise_in_the_language_of_the_page(shop, aurora):
    assert "1 punto ogni 1,00 € di spesa" in aurora.get("/portal/").words
    aurora.submit(aurora.get("/portal/"), "/language", language="en")
    assert "1 point for every €1.00 spent" in aurora.get("/portal/").words


def test_the_shop_next_door_is_not_counted(shop, dario):
    carla = shop.card("points", name="Carla")
    shop.visit(carla, 1240, at=clock.now())
    page = dario.get("/portal/")
    assert "Visite di oggi 0" in page.words
    assert "Carla" not in page.html


def test_an_empty_day_says_what_will_be_here(shop, aurora):
    page = aurora.get("/portal/")
    assert "Oggi ancora nessuno" in page.words
    assert "I conti partono dalla prima visita." in page.words
