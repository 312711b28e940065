"""Names and addresses of people: pools drawn once from Faker, combined by uniforms ever after."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from faker import Faker

from sim.luck import Weighted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.markets import City, GivenNames, Market

_FIRST_NAMES = 200  # of each sex
_SURNAMES = 600
_STREETS = 300
_MOST_DRAWS = 40  # times the wanted number, for pools whose entries are filtered

_EXAMPLE = (("example.com", 1.0),)
_LOCAL_PARTS = Weighted(("first.last", "firstlast", "flast", "first_last"), (0.45, 0.2, 0.2, 0.15))
_ASCII = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l", "đ": "d",
})  # fmt: skip


class _Manner(NamedTuple):
    """How a language writes a street and a house number."""

    streets: tuple[str, ...]  # patterns of {first} and {last}; none: Faker's own names with one of the prefixes
    prefixes: tuple[str, ...]
    line: str  # of {street} and {number}
    highest: int  # house number


_ENGLISH = ("{last} Street",) * 4 + ("{last} Road", "{last} Road", "{last} Avenue", "{last} Lane", "{last} Place")
_MANNERS = {
    "en_US": _Manner((*_ENGLISH, "{last} Avenue", "{last} Avenue", "{last} Boulevard"), (), "{number} {street}", 900),
    "en_GB": _Manner((*_ENGLISH, "{last} Gardens", "{last} Terrace", "{last} Close"), (), "{number} {street}", 180),
    "en_AU": _Manner((*_ENGLISH, "{last} Parade", "{last} Crescent"), (), "{number} {street}", 240),
    "pt_BR": _Manner(
        ("Rua {first} {last}",) * 4 + ("Rua {last}", "Avenida {first} {last}", "Alameda {last}", "Travessa {last}"),
        (), "{street}, {number}", 1800,
    ),
    "de_DE": _Manner(
        ("{last}straße",) * 5 + ("{last}weg", "{last}weg", "{last}allee", "{last}ring", "{last}platz"),
        (), "{street} {number}", 160,
    ),
    "ru_RU": _Manner((), ("ул. ", "пр. ", "пер. ", "бул. "), "{street}, д. {number}", 120),
}  # fmt: skip
_PLAIN = _Manner((), ("",), "{street} {number}", 200)


class NamePool:
    """Names, streets and mail of one locale: made by the seed alone, whatever else was drawn before.

    Uniforms `u` are in [0, 1). `mail_domains` come with their weights.
    """

    def __init__(
        self,
        locale: str,
        seed: int,
        given_names: GivenNames | None = None,
        mail_domains: Sequence[tuple[str, float]] = _EXAMPLE,
    ) -> None:
        faker = Faker(locale)
        faker.seed_instance(f"{seed} {locale}")
        self._manner = _MANNERS.get(locale, _PLAIN)
        self._male, self._female = _first_names(faker, given_names)
        self._male_surnames = _drawn(faker.last_name_male, _SURNAMES)
        self._female_surnames = _drawn(faker.last_name_female, _SURNAMES)
        self._streets = self._drawn_streets(faker)
        self._mail_domains = Weighted.named(dict(mail_domains))

    @classmethod
    def of_city(cls, market: Market, city: City, seed: int) -> NamePool:
        """Make the pool of a city."""
        locale = city.faker_locale
        return _pool(locale, seed, market.given_names.get(locale), tuple(market.mail_domains.items()))

    def full_name(self, u1: float, u2: float) -> str:
        """Return a first name (u1) and a surname (u2) of the same gender, half of them women's."""
        if u1 < 0.5:
            return f"{_pick(self._female, 2.0 * u1)} {_pick(self._female_surnames, u2)}"
        return f"{_pick(self._male, 2.0 * u1 - 1.0)} {_pick(self._male_surnames, u2)}"

    def email(self, full_name: str, customer_id: int, u: float) -> str:
        """Return an address that no other customer id can have: the id is the last part of its local part."""
        form = _LOCAL_PARTS.pick(u * 1e6 % 1.0)  # as good as independent of the domain
        return f"{_local_part(full_name, form)}.{customer_id}@{self._mail_domains.pick(u)}"

    def street(self, u1: float, u2: float) -> str:
        """Return a street (u1) with a house number (u2), low ones more often than high ones."""
        number = 1 + int(self._manner.highest * u2**1.6)
        return self._manner.line.format(street=_pick(self._streets, u1), number=number)

    def _drawn_streets(self, faker: Faker) -> tuple[str, ...]:
        manner = self._manner
        if not manner.streets:
            return _distinct(faker.street_name, _STREETS, lambda street: street.startswith(manner.prefixes))

        given = self._male + self._female

        def street() -> str:
            pattern = manner.streets[faker.random.randrange(len(manner.streets))]
            first = given[faker.random.randrange(len(given))]
            return str(pattern.format(first=first, last=faker.last_name()))

        return _distinct(street, _STREETS, lambda name: name[0].isupper() and "II" not in name)


def _first_names(faker: Faker, given: GivenNames | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if given is not None:
        return given.male, given.female
    return _drawn(faker.first_name_male, _FIRST_NAMES), _drawn(faker.first_name_female, _FIRST_NAMES)


def _drawn(draw: Callable[[], str], wanted: int) -> tuple[str, ...]:
    """Draw with repetition, so that frequent names stay frequent."""
    return tuple(draw() for _ in range(wanted))


def _distinct(draw: Callable[[], str], wanted: int, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """Draw at most `wanted` different entries that fit; fewer when the locale has not got as many."""
    found: dict[str, None] = {}
    for _ in range(wanted * _MOST_DRAWS):
        entry = draw()
        if fits(entry):
            found[entry] = None
        if len(found) == wanted:
            break
    return tuple(found)


def _pick(pool: Sequence[str], u: float) -> str:
    return pool[int(u * len(pool))]


def _local_part(full_name: str, form: str) -> str:
    words = [word for word in map(_ascii_word, full_name.split(" ")) if word] or ["customer"]
    if form == "flast" and len(words) > 1:
        words[0] = words[0][0]
    return {"first.last": ".", "first_last": "_"}.get(form, "").join(words)


@lru_cache(maxsize=8192)  # a locale has a thousand names, which its customers share
def _ascii_word(word: str) -> str:
    plain = unicodedata.normalize("NFKC", word).lower().translate(_ASCII)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower()
    return ".".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


@lru_cache(maxsize=64)  # drawing a pool takes a tenth of a second, and nothing but these arguments goes into it
def _pool(
    locale: str, seed: int, given_names: GivenNames | None, mail_domains: tuple[tuple[str, float], ...]
) -> NamePool:
    return NamePool(locale, seed, given_names, mail_domains)
