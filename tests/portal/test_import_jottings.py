"""Tags and notes of a file of customers: they come in with it, and go again with its undo."""

import sqlalchemy as sa

from tests.portal.test_imports import bring, imported, work


def test_tags_and_notes_come_in_and_go_again_when_the_import_is_undone(shop, aurora):
    gino = shop.card("points", name="Gino", external_ref="G1")
    file = "Codice cliente;Nome;Etichette;Annotazioni\nG1;Gino;Bar, soci;Senza lattosio\n"
    file += 'A1;Anna;"SOCI; Vicini";Preferisce il mattino\n'
    page = bring(aurora, file, "rubrica.csv")
    assert "Etichette" in page.words
    assert "Senza lattosio" in page.words
    page = imported(shop, aurora, file)
    assert carried(shop) == {("Anna", "soci"), ("Anna", "vicini"), ("Gino", "bar"),
                             ("Gino", "soci")}  # fmt: skip
    shown = aurora.get(f"/portal/members/{gino.customer}").words
    assert "Senza lattosio" in shown
    assert "da un file importato" in shown
    aurora.submit(aurora.get(page.path), "/undo")
    work(shop)
    assert carried(shop) == set()
    assert "Senza lattosio" not in aurora.get(f"/portal/members/{gino.customer}").words
    with shop.database.read() as session:
        names = session.execute(sa.text("SELECT name FROM customer")).scalars().all()
    assert set(names) == {"Gino", None}


def carried(shop):
    query = """SELECT customer.name, tag.folded FROM customer_tag
               JOIN customer ON customer.id = customer_tag.customer_id
               JOIN tag ON tag.id = customer_tag.tag_id"""
    with shop.database.read() as session:
        return {tuple(row) for row in session.execute(sa.text(query))}
