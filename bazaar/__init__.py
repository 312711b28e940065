"""Bazaar, a living online shop in your PostgreSQL, as a package: the command `bazaar`, and shops for programs.

>>> with bazaar.shop(seed=1, days=2, scale=0.2) as shop:  # doctest: +SKIP
...     shop.frame("orders")
"""

from bazaar.api.lender import ShopError
from bazaar.api.shop import Shop, shop

__all__ = ["Shop", "ShopError", "shop"]
