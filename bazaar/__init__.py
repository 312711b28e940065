"""Bazaar, a living online shop in your PostgreSQL, as a package: the command `bazaar`, and shops for programs.

>>> with bazaar.shop(seed=1, days=2, scale=0.2) as shop:  # doctest: +SKIP
...     shop.frame("orders")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bazaar.api.lender import ShopError
    from bazaar.api.shop import Shop, shop

__all__ = ["Shop", "ShopError", "shop"]


def __getattr__(name: str) -> object:
    """What programs use, loaded when they do: the command starts without it."""
    if name not in __all__:
        raise AttributeError(f"module 'bazaar' has no attribute {name!r}")
    from bazaar.api import lender, shop

    return getattr(lender if name == "ShopError" else shop, name)
