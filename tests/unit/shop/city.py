"""A city with its warehouses, for tests of rules that ask for one and care not which."""

from __future__ import annotations

from datetime import UTC, datetime

from sim.clock.units import WEEK_US
from sim.markets import City, load_market
from sim.shop.ids import Ids
from sim.shop.purchase_memory import PurchaseMemory
from sim.shop.region import Region

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)


def region(city: City) -> Region:
    """Return a city where nobody lives yet."""
    return Region(city, Ids(city.city_id), EPOCH, PurchaseMemory(WEEK_US))


REGION = region(load_market("international").cities[0])
WAREHOUSE = REGION.warehouses[0]
