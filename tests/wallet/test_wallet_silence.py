"""A page that is asked about a thousand known and unknown addresses answers them all alike."""

import re
import statistics
import time
from math import erfc, sqrt

import pytest

from loyalty.core import clock
from tests.pages import Visitor
from tests.wallet.wallets import codes, work

PAIRS, A_CODE_EACH = 1_000, 5
SECRETS = re.compile(r'(name="csrf_token" value="[^"]*")')


def p_of(one, other):
    """Mann-Whitney, two-sided, by the normal approximation (no ties to speak of in times)."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(rank for rank, (_, which) in enumerate(ranked, 1) if which == 0)
    n, m = len(one), len(other)
    u = ranks - n * (n + 1) / 2
    return erfc(abs(u - n * m / 2) / sqrt(n * m * (n + m + 1) / 12) / sqrt(2))


def test_the_yardstick_tells_unlike_from_alike():
    assert p_of(range(0, 1_000, 2), range(1, 1_001, 2)) > 0.9
    assert p_of(range(1_000), range(100, 1_100)) < 0.01


@pytest.mark.slow
def test_a_thousand_pairs_get_one_answer_in_one_time(app, shop):
    people = PAIRS // A_CODE_EACH
    for number in range(people):
        shop.card(email=f"known{number}@example.it", at=clock.now())
    visitor = Visitor(app)
    fields = visitor.get("/w").form("/w").fields
    times, answers = {"known": [], "nobody": []}, set()
    for number in range(PAIRS):
        kinds = ("known", "nobody") if number % 2 else ("nobody", "known")
        for kind in kinds:
            address = f"{kind}{number % people}@example.it"
            origin = {"REMOTE_ADDR": f"10.{number // 250}.{number % 250}.1"}
            began = time.perf_counter()
            answer = visitor.client.post(
                "/w", data={**fields, "email": address}, environ_overrides=origin
            )
            times[kind].append(time.perf_counter() - began)
            body = SECRETS.sub("", answer.get_data(as_text=True))
            names = [text.split("=")[0] for text in answer.headers.getlist("Set-Cookie")]
            answers.add((answer.status_code, answer.headers["Location"], body, tuple(names)))
    assert len(answers) == 1
    (status,) = {status for status, *_ in answers}
    assert status == 303
    apart = statistics.median(times["known"]) - statistics.median(times["nobody"])
    p = p_of(times["known"], times["nobody"])
    assert p > 0.01 or abs(apart) < 0.005, f"medians {apart:.6f} s apart, p {p:.3f}"
    work(shop)
    assert len(codes(shop, "known0@example.it")) == A_CODE_EACH
