"""Who is it? Customers by name, e-mail or phone, where there is nothing to scan."""


def search(visitor, text):
    return visitor.submit(visitor.get("/till/customers/search"), "/customers/search", q=text)


def test_a_name_leads_to_the_card_with_the_ends_of_the_address(shop, bruno):
    carla = shop.card("points", name="Carla De Santis", email="carla@example.it", phone="333 4567")
    page = search(bruno, "santis")
    assert page.status == 200
    assert "Carla De Santis" in page.words
    assert "c…@example.it · … 567" in page.words
    assert "carla@" not in page.html
    assert f"/till/cards/{carla.ref}" in page.links
    assert "q=" not in page.path


def test_the_card_opens_with_the_proof_of_a_typed_code(shop, bruno):
    carla = shop.card("points", name="Carla")
    (link,) = [link for link in search(bruno, "carla").links if "/till/cards/" in link]
    form = bruno.get(link).form("/till/visits")
    assert form.fields["scan"] == carla.ref


def test_nobody_found_leads_to_a_new_customer(shop, bruno):
    page = search(bruno, "nessuno")
    assert "Nessuno con questo nome" in page.words
    assert "/till/customers/new" in page.links
    assert page.form("/customers/search").fields["q"] == "nessuno"


def test_one_letter_is_too_little(shop, bruno):
    page = search(bruno, "c")
    assert page.status == 422
    assert "Scrivi almeno due lettere." in page.words


def test_a_crowd_is_cut_and_says_so(shop, bruno):
    for number in range(21):
        shop.card("points", name=f"Anna {number}")
    page = search(bruno, "anna")
    assert page.words.count("Anna ") == 20
    assert "Ce ne sono altri" in page.words


def test_an_unknown_code_offers_to_look_by_name(shop, bruno):
    assert "/till/customers/search" in bruno.look_up("ZZZZZZZZZZ").links
    assert "Bastano poche lettere" in bruno.get("/till/customers/search").words


def test_a_customer_of_the_shop_next_door_is_not_found(shop, dario):
    shop.card("points", name="Carla")
    assert "Carla" not in search(dario, "carla").words
