"""A letter is text with gaps: what somebody writes into it or is called is never run."""

from datetime import datetime

import pytest

from loyalty.campaigns import letter, person, press
from loyalty.campaigns.hours import next_open
from loyalty.campaigns.press import Sender
from loyalty.core.errors import Invalid

OWN = "https://card.example.it"
SENDER = Sender("Caffè Aurora", "Aurora S.r.l., Via Roma 1, Torino")
EMPTY = {"unsubscribe_url": f"{OWN}/u/T", "view_url": f"{OWN}/m/T", "consent_day": "1 marzo 2026"}


def printed(body, subject="Ciao", *, has_offer=False, **values):
    read = letter.read({"it": {"subject": subject, "body": body}}, own_url=OWN, has_offer=has_offer)
    made = press.printed(read["it"], language="it", sender=SENDER, has_offer=has_offer)
    return made.for_one({**EMPTY, **values})


def test_markdown_becomes_blocks_in_html_and_in_plain_text():
    _, html, text = printed(
        "# Torna presto\n\nTi **aspettiamo** [qui](https://bar.it/?a=1&b=2).\n\n- uno\n- due\n\n"
        f"[Prenota](https://bar.it)\n\n![Il banco]({OWN}/p/1.png)\n\n---\n\nA presto"
    )
    assert "<strong>aspettiamo</strong>" in html
    assert 'href="https://bar.it/?a=1&amp;b=2"' in html
    assert f'src="{OWN}/p/1.png"' in html
    assert "Ti aspettiamo qui (https://bar.it/?a=1&b=2)." in text
    assert "- uno\n- due" in text
    assert "Prenota: https://bar.it" in text


def test_every_letter_says_who_writes_why_and_how_to_leave():
    _, html, text = printed("Ciao")
    for said in ("Aurora S.r.l., Via Roma 1, Torino", "1 marzo 2026", f"{OWN}/u/T", f"{OWN}/m/T"):
        assert said in html, said
        assert said in text, said


def test_who_has_no_name_gets_the_fallback():
    assert printed("x", "{{first_name|Ciao}}, ci manchi")[0] == "Ciao, ci manchi"
    assert printed("x", "{{first_name|Ciao}}, ci manchi", first_name="Anna")[0] == "Anna, ci manchi"


def test_the_offer_stands_below_where_the_merchant_has_not_put_it():
    gift = {"offer": "Caffè", "offer_code": "AB12-CD34-EF", "offer_until": "3 dicembre 2026"}
    assert "codice alla cassa: AB12-CD34-EF" in printed("Ciao", has_offer=True, **gift)[2]
    own = printed("Per te: {{offer_code}}", has_offer=True, **gift)[2]
    assert own.count("AB12-CD34-EF") == 1


@pytest.mark.parametrize(
    "body",
    [
        "{{ 7*7 }}",
        "{{ first_name.__class__ }}",
        "{% for x in range(10**9) %}x{% endfor %}{{x}}",
        "{{offer_code}}",  # there is no offer
        "{{unsubscribe_url}}",
        "[qui](javascript:alert)",
        "[qui](data:text/html,x)",
        "![x](https://evil.example/pixel.png)",
        "![x](https://card.example.it.evil.example/p.png)",
        "[x](https://bar.it/{{first_name}})",
        "[x](https://gap-0.loyalty.invalid)",
        "[x](http://[)",
        "ciao\u202eoaic",
        "ciao\x00",
        "\ue0000\ue001",
        "x" * 20_001,
        " \n ",
        "a\n\n" * 300 + "b",
    ],
)
def test_what_could_mean_something_else_is_refused_in_words(body):
    with pytest.raises(Invalid) as refusal:
        printed(body)
    (field,) = refusal.value.facts["fields"]
    assert field == "letter.it.body"


def test_what_stands_between_tags_is_only_text():
    _, html, text = printed("<script>alert(1)</script> {% x %} ${x} <mj-raw>x</mj-raw> &lt;")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<mj-raw>" not in html
    assert "<script>alert(1)</script> {% x %} ${x}" in text


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Anna Rossi", "Anna"),
        ("Jean-Luc", "Jean-Luc"),
        ("D'Angelo", "D'Angelo"),
        ("Łukasz", "Łukasz"),
        ("http://evil.example", ""),
        ("evil.example", ""),
        ("<b>Anna</b>", ""),
        ("Anna\r\nBcc: x@y.it", "Anna"),
        ("\u202eannA", "annA"),
        ("🎉", ""),
        ("x" * 41, ""),
        (None, ""),
    ],
)
def test_only_what_looks_like_a_name_is_called_out(name, called):
    assert person.first_name(name) == called


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-23T09:30:00+01:00", "2026-11-23T09:30:00+01:00"),
        ("2026-11-23T08:59:59+01:00", "2026-11-23T09:00:00+01:00"),
        ("2026-11-23T20:00:00+01:00", "2026-11-24T09:00:00+01:00"),
        ("2026-11-21T20:00:00+01:00", "2026-11-23T09:00:00+01:00"),  # over a Sunday
        ("2026-10-24T21:00:00+02:00", "2026-10-26T09:00:00+01:00"),  # winter time begins
        ("2026-03-28T21:00:00+01:00", "2026-03-30T09:00:00+02:00"),  # summer time begins
    ],
)
def test_letters_leave_at_the_shops_own_hours(at, opens):
    rules = {"timezone": "Europe/Rome", "from_hour": 9, "until_hour": 20, "on_sundays": False}
    assert next_open(datetime.fromisoformat(at), **rules) == datetime.fromisoformat(opens)
