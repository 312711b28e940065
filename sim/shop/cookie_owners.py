"""Whose cookie it is that an open session has: the sums of `cookies`, for all customers of a city at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.shop.cookies import BITS, DEVICES, OF_A_WINDOW, STEP, STIR
from sim.shop.ids import STRIDE
from sim.shop.traits import home_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.shop.cookies import Cookies
    from sim.shop.people import Customer

_WORD = (1 << 64) - 1
_32, _REST = np.uint64(32), np.uint64(64 - BITS)
_STEP, _STIR = np.uint64(STEP), np.uint64(STIR)


class CookieOwners:
    """The customers of a city, by their cookies."""

    def __init__(self, cookies: Cookies, customers: Sequence[Customer]) -> None:
        """Numbers of 64 bits go on from 0 again where they are full, as in `Cookies`."""
        self._homes = np.array([home_key(who.latitude, who.longitude) for who in customers], dtype=np.uint64)
        self._life_us = np.array(cookies.life_us, dtype=np.uint64)
        self._for_device, self._for_visitor = map(np.uint64, cookies.secrets)
        self._devices: dict[str, tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]] = {}

    def of(self, visitor_id: int, device: str, at_us: int) -> NDArray[np.intp]:
        """Return which customers have this cookie on such a device at an instant: nobody, or one."""
        bits, life_us, spent_us = self._device(device)
        return self._found(visitor_id, bits + (np.uint64(at_us) + spent_us) // life_us * _STEP)

    def of_window(self, visitor_id: int, device: str, session_id: int) -> NDArray[np.intp]:
        """Return who may have this cookie in the private window of a session."""
        bits, *_ = self._device(device)
        return self._found(visitor_id, bits + np.uint64((OF_A_WINDOW | session_id) * STEP & _WORD))

    def _found(self, visitor_id: int, numbered: NDArray[np.uint64]) -> NDArray[np.intp]:
        visitors = (numbered ^ numbered >> _32) * self._for_visitor >> _REST
        return np.flatnonzero(visitors == np.uint64(visitor_id // STRIDE))

    def _device(self, device: str) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
        """Return the bits of each customer's, how long its cookies live, and how much of that was over at the epoch."""
        if device not in self._devices:
            bits = (self._homes * np.uint64(4) + np.uint64(DEVICES[device])) * self._for_device
            for _ in range(2):
                bits = (bits ^ bits >> _32) * _STIR
            life_us, phase = self._life_us[bits & np.uint64(255)], bits >> _32
            whole, rest = life_us >> _32, life_us & np.uint64((1 << 32) - 1)
            self._devices[device] = bits, life_us, phase * whole + (phase * rest >> _32)  # phase * life_us >> 32
        return self._devices[device]
