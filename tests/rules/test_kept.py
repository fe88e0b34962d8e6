"""What is worth it is kept for a while, with its age; all else is asked anew."""

from loyalty.analytics.kept import Kept


class Timer:
    now = 0.0

    def __call__(self):
        return self.now


def made(**more):
    timer = Timer()
    return timer, Kept(keep_s=60, timer=timer, **more)


def slowly(timer, found):
    def find():
        timer.now += 2
        return found

    return find


def test_what_was_found_is_kept_until_it_is_old():
    timer, kept = made()
    assert kept.aged("a", slowly(timer, 1)) == (1, 0.0)
    timer.now += 30
    assert kept.aged("a", slowly(timer, 2)) == (1, 32.0)
    timer.now += 30
    assert kept.aged("a", slowly(timer, 3)) == (3, 0.0)


def test_what_is_not_worth_it_is_asked_anew():
    timer, kept = made(worth=lambda found: found > 1)
    assert [kept.get("a", slowly(timer, each)) for each in (0, 1, 2, 3)] == [0, 1, 2, 2]


def test_no_more_than_some_are_kept_the_latest_asked_for():
    timer, kept = made(most=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, slowly(timer, key))
    assert kept.get("a", slowly(timer, "new")) == "a"
    assert kept.get("b", slowly(timer, "new")) == "new"
