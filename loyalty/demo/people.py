"""Who comes to the shops: people with a name and an address, or with as little as they gave."""

import random
import unicodedata
from dataclasses import replace

from loyalty.customers.directory import Profile
from loyalty.demo.names import FAMILIES

MAIL_HOSTS = ("posta.example", "casella.example", "libera.example")
_NEIGHBOUR_PERCENT = 12  # so many of a shop's customers also go to one of the shops before it
# No Italian number begins with 2: nobody's phone can ring.
_PHONE = "+39 200 {:03d} {:04d}"
_FIRST_NAME_ONLY, _NAMELESS = 18, 26  # of a hundred, each up to its mark
_MAIL_PERCENT, _PHONE_PERCENT, _BIRTHDAY_PERCENT, _ENGLISH_PERCENT = 62, 45, 55, 5


class Crowd:
    """The people of the town, met in the order in which the shops meet them."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._known: list[Profile] = []

    def some(self, count: int) -> list[Profile]:
        """So many people for one shop, each of them once."""
        neighbours = self._chance.sample(
            self._known, min(len(self._known), count * _NEIGHBOUR_PERCENT // 100)
        )
        fresh = [self._somebody() for _ in range(count - len(neighbours))]
        self._known += [one for one in fresh if one.email]
        met = [*neighbours, *fresh]
        self._chance.shuffle(met)
        return met

    def _somebody(self) -> Profile:
        """What one of them tells at the counter."""
        chance = self._chance
        said = chance.randrange(100)
        family = chance.choices(FAMILIES, [each.weight for each in FAMILIES])[0]
        first, last = chance.choice(family.first), chance.choice(family.last)
        if said < _FIRST_NAME_ONLY:
            return self._with_birthday(Profile(name=first, language="it"))
        if said < _NAMELESS:
            return Profile(language="it")
        return self._with_birthday(
            Profile(
                name=f"{first} {last}",
                email=self._mail(first, last) if chance.randrange(100) < _MAIL_PERCENT else None,
                phone=self._phone() if chance.randrange(100) < _PHONE_PERCENT else None,
                language="en" if chance.randrange(100) < _ENGLISH_PERCENT else "it",
            )
        )

    def _with_birthday(self, profile: Profile) -> Profile:
        if self._chance.randrange(100) >= _BIRTHDAY_PERCENT:
            return profile
        month, day = self._chance.randrange(1, 13), self._chance.randrange(1, 29)
        return replace(profile, birthday=f"{month:02d}-{day:02d}")

    def _phone(self) -> str:
        return _PHONE.format(self._chance.randrange(1_000), self._chance.randrange(10_000))

    def _mail(self, first: str, last: str) -> str:
        name = f"{_plain(first)}.{_plain(last)}{self._chance.randrange(1, 1_000)}"
        return f"{name}@{self._chance.choice(MAIL_HOSTS)}"


def _plain(name: str) -> str:
    """A name as it stands in an address."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())


def duplicate(profile: Profile) -> Profile:
    """The same person at another counter, a second time and in a hurry."""
    return Profile(name=profile.name, birthday=profile.birthday, language=profile.language)
