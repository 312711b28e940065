"""Decisions of the noise: pure functions of the shop's seed, a purpose and an id, the same on every machine."""

from __future__ import annotations

import struct
from hashlib import blake2b

_EIGHT = struct.Struct("<8Q")


def draws(seed: int, purpose: str, identity: str) -> tuple[float, ...]:
    """Eight uniforms in [0, 1), each independent of the others and of those of any other purpose or id."""
    digest = blake2b(identity.encode(), key=seed.to_bytes(8, "little"), person=purpose.encode()[:16]).digest()
    return tuple((each >> 11) * 2.0**-53 for each in _EIGHT.unpack(digest))
