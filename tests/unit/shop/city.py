"""A city with its warehouses, for tests of rules that ask for one and care not which."""

from __future__ import annotations

from datetime import UTC, datetime

from sim.clock.units import WEEK_US
from sim.luck import Luck
from sim.markets import City, load_market
from sim.scenario import Scenario
from sim.shop.catalogue import Catalogue
from sim.shop.ids import Ids
from sim.shop.purchase_memory import PurchaseMemory
from sim.shop.region import Region
from sim.shop.traits import Person, TraitMix

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)


def region(city: City) -> Region:
    """Return a city where nobody lives yet."""
    return Region(city, Ids(city.city_id), EPOCH, PurchaseMemory(WEEK_US))


REGION = region(load_market("international").cities[0])
WAREHOUSE = REGION.warehouses[0]


def _like_all() -> Person:
    """Return a person without traits, among products that appeal alike."""
    spreads = "price_taste_sigma", "basket_sigma", "units_sigma", "pace_sigma", "absence_sigma"
    alike = {"appeal_sigma": 0.0, "price_appeal": 0.0}
    plan = Scenario.model_validate({"traits": dict.fromkeys(spreads, 0.0), "products": alike})
    catalogue = Catalogue.build(load_market("international"), Luck(1), products=50)
    return TraitMix(Luck(1), plan, catalogue).person("planner", (0.0, 0.0))


LIKE_ALL = _like_all()
