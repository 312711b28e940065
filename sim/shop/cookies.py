"""Cookies: by what a shop knows a browser again, and whether somebody is signed in on it.

Which cookie a device has is a pure function of the seed, the person's home, the kind of device and the time; so a
visitor's number is the same for whoever reckons it again, and two people share one with a chance of one in 70 million
million. Who knows the seed can find out whose cookie it is (`cookie_owners`), and nobody else.
"""

from __future__ import annotations

from math import exp
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sim.clock.units import DAY_US
from sim.facts import ready_made
from sim.luck import Purpose
from sim.shop.ids import STRIDE
from sim.shop.traits import LEVELS, NORMAL

if TYPE_CHECKING:
    from sim.luck import Luck
    from sim.scenario.identity import Identity
    from sim.shop.people import Customer

PRIVATE: Final = -1
"""The number of a cookie that goes with its window."""

DEVICES: Final = {"mobile": 0, "desktop": 1, "tablet": 2}
OF_A_WINDOW: Final = 1 << 62  # numbers from here on are sessions
STEP: Final = 0x9E3779B97F4A7C15  # odd: Steele et al. 2014 (SplitMix64)
STIR: Final = 0xD6E8FEB86659FD93  # odd: Lemire's mixer of 64 bits
BITS: Final = 46  # with the two digits of the city a number that every program holds exactly

_WORD, _REST = (1 << 64) - 1, 64 - BITS
_two_words = Struct("<QQ").unpack
_NUMBER_BITS = 20
_NUMBER = (1 << _NUMBER_BITS) - 1
_SHIFT = {device: _NUMBER_BITS * which for device, which in DEVICES.items()}
_FROM_BEFORE = 1 << (3 * _NUMBER_BITS)
_LONGEST_LIFE_US = 1 << 55  # more than a thousand years


class Cookie(NamedTuple):
    """A cookie: the visitor that it names, on what device, the how-maniest there, and whether the opening found it so.

    The first, number 0, is the one that a device had at the epoch. `kept` says of it whether an established customer
    was signed in then.
    """

    visitor_id: int
    device: str
    number: int
    kept: bool


_cookie = ready_made(Cookie)


class Cookies:
    """The cookies of everybody's devices.

    A device's 64 bits, stirred of home and kind, say how long its cookies live and when in its life the first one was
    at the epoch; with the number of the life they are stirred once more, and the upper bits are the visitor.
    """

    def __init__(self, luck: Luck, identity: Identity) -> None:
        median, sigma = identity.cookie_life_days, identity.cookie_life_sigma
        first: int
        second: int
        first, second = _two_words(luck.digests(Purpose.COOKIE, 16)(0))
        self.secrets: Final = first | 1, second | 1  # odd: by multiplying no number becomes another's
        self.life_us: Final = [min(_LONGEST_LIFE_US, round(max(1.0, median * exp(sigma * z)) * DAY_US)) for z in NORMAL]
        self._for_device, self._for_visitor = self.secrets
        self._kept_below = round(identity.signed_in_at_opening * LEVELS) * LEVELS

    def of(self, home: int, device: str, at_us: int, city_id: int) -> Cookie:
        """Return the cookie that the device of who lives in the home of that number has at an instant."""
        bits = (home * 4 + DEVICES[device]) * self._for_device & _WORD  # written out: half of all that visits cost here
        bits = (bits ^ bits >> 32) * STIR & _WORD  # would be calls
        bits = (bits ^ bits >> 32) * STIR & _WORD
        life_us = self.life_us[bits & 255]
        number = (at_us + ((bits >> 32) * life_us >> 32)) // life_us
        visitor = bits + number * STEP & _WORD
        visitor = ((visitor ^ visitor >> 32) * self._for_visitor & _WORD) >> _REST
        return _cookie((visitor * STRIDE + city_id, device, number, bits & 0xFF00 < self._kept_below))

    def of_window(self, home: int, device: str, session_id: int) -> Cookie:
        """Return the cookie of a private window, which is of one session."""
        bits = (home * 4 + DEVICES[device]) * self._for_device & _WORD
        bits = (bits ^ bits >> 32) * STIR & _WORD
        bits = (bits ^ bits >> 32) * STIR & _WORD
        visitor = bits + (OF_A_WINDOW | session_id) * STEP & _WORD
        visitor = ((visitor ^ visitor >> 32) * self._for_visitor & _WORD) >> _REST
        return Cookie(visitor * STRIDE + session_id % STRIDE, device, PRIVATE, kept=False)


def lost(device: str) -> Cookie:
    """Return a cookie that was, and that no device has."""
    return Cookie(0, device, _NUMBER - 1, kept=False)


def is_signed_in(customer: Customer, cookie: Cookie) -> bool:
    """Whether a customer is signed in where this cookie is."""
    _, device, number, kept = cookie
    if kept and number == 0 and customer.signed_in >= _FROM_BEFORE:
        return True
    return number != PRIVATE and customer.signed_in >> _SHIFT[device] & _NUMBER == number + 1


def has_signed_in(customer: Customer, device: str) -> bool:
    """Whether a customer has signed in on such a device since the opening, with whatever cookie."""
    return customer.signed_in >> _SHIFT[device] & _NUMBER > 0


def keep_signed_in(customer: Customer, cookie: Cookie) -> None:
    """Keep a customer signed in on a device for as long as the cookie is there; private windows keep nothing."""
    if cookie.number != PRIVATE:
        shift = _SHIFT[cookie.device]
        customer.signed_in = customer.signed_in & ~(_NUMBER << shift) | (cookie.number + 1) << shift


def keep_from_before(customer: Customer) -> None:
    """Let the devices of a customer from before the opening be signed in as it found them; nothing is kept yet."""
    customer.signed_in = _FROM_BEFORE
