"""Every version that can be published survives the form of the designer, in both languages."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.demo.shops import STREET
from loyalty.portal.designing import reading, showing
from loyalty.portal.designing.kinds import Writing, names_in
from loyalty.portal.designing.sheet import Sheet, tidy
from loyalty.programs import starters
from loyalty.programs.loading import load
from tests.club import CLUB
from tests.programs import POINTS, STAMPS
from tests.rules.documents import documents

LANGUAGES = st.sampled_from(["it", "en"])
CURRENCIES = st.sampled_from(["EUR", "JPY", "TND"])
ODD = [" caffè", "tè ", "a  b", "\u202eabc", "café, crème", "x;y", "\u2028", "🍞", "1.000", "0"]


def sent(sheet):
    """What a browser makes of the fields: ends of lines as it writes them."""
    return tidy(
        {
            name: [text.replace("\n", "\r\n") for text in texts]
            for name, texts in sheet.typed.items()
        }
    )


def survived(raw, language, currency):
    writing = Writing(currency, language, names_in(raw))
    read = reading.document_of(sent(showing.sheet_of(raw, writing)), writing)
    assert not writing.faults
    return read


def meant(raw):
    return replace(load(raw), raw={})


@given(documents(), LANGUAGES, CURRENCIES)
def test_every_version_survives_the_form(raw, language, currency):
    assert meant(survived(raw, language, currency)) == meant(raw)


@given(documents(), LANGUAGES)
def test_what_has_been_through_the_form_once_stays_as_it_is(raw, language):
    once = survived(raw, language, "EUR")
    assert survived(once, language, "EUR") == once


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("raw", [POINTS, STAMPS, CLUB, *(plan.rules for plan in STREET)])
def test_the_rules_of_the_cast_and_of_the_street_survive_to_the_letter(raw, language):
    assert meant(survived(raw, language, "EUR")) == meant(raw)


@given(st.lists(st.sampled_from(ODD), min_size=1, unique=True), LANGUAGES)
def test_odd_names_of_products_are_kept_to_the_letter(names, language):
    raw = starters.starter("points", currency="EUR")
    raw["earn"][0]["when"] = {"skus": names}
    assert survived(raw, language, "EUR")["earn"][0]["when"]["skus"] == names


@given(st.tuples(st.integers(0, 1_000_000), st.integers(1, 1_000_000)), LANGUAGES)
def test_every_share_of_a_cause_is_kept_to_the_letter(rate, language):
    raw = starters.starter("cause", currency="EUR")
    raw["cause"]["rate"] = list(rate)
    assert survived(raw, language, "EUR")["cause"]["rate"] == list(rate)


@pytest.mark.parametrize(
    ("typed", "rate"), [("2", [2, 100]), ("1,5", [15, 1000]), ("2 %", [2, 100]), ("1/3", [1, 3])]
)
def test_a_share_is_typed_as_a_percentage(typed, rate):
    assert Writing("EUR", "it").rate("cause.rate", typed) == rate


@pytest.mark.parametrize("typed", ["due", "-1", "1e3", "%", "9" * 10_000, "1,2,3", "\x00"])
def test_what_is_no_share_is_said_at_the_field(typed):
    writing = Writing("EUR", "it")
    assert writing.rate("cause.rate", typed) is None
    assert "percentuale" in writing.faults["cause.rate"][0].it


@pytest.mark.parametrize(
    ("typed", "number"), [("1.000", 1_000), ("12", 12), ("", None), ("  7 ", 7)]
)
def test_a_number_may_have_its_thousands_marked(typed, number):
    writing = Writing("EUR", "it")
    assert writing.whole("x", typed) == number
    assert not writing.faults


@pytest.mark.parametrize("typed", ["1,5", "tre", "9" * 10_000, "٣", "1.00", "\x00", "1 2"])
def test_what_is_no_whole_number_is_said_at_the_field(typed):
    writing = Writing("EUR", "it")
    assert writing.whole("x", typed) is None
    assert writing.faults["x"]


def test_a_row_that_goes_leaves_no_gap():
    sheet = Sheet({f"earn.{place}.key": [name] for place, name in enumerate("abc")})
    left = sheet.without("earn.1")
    assert [left.one(f"earn.{place}.key") for place in left.rows("earn")] == ["a", "c"]


def test_names_that_are_not_ours_are_not_read():
    strange = {"csrf_token": ["x"], "__class__.x": ["y"], "earn.0.key": ["a"], "A" * 9_000: ["z"]}
    assert set(tidy(strange).typed) <= {"csrf_token", "earn.0.key"}
