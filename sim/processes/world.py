"""What every process shares: the clock, luck, the scenario, the shop's state, and where facts are told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sim.clock.units import WEEK_US
from sim.luck import Weighted
from sim.shop.answers import Answers
from sim.shop.complements import Complements
from sim.shop.cookies import Cookies
from sim.shop.display import Displays
from sim.shop.ids import Ids
from sim.shop.incidents import Calendar
from sim.shop.names import NamePool
from sim.shop.opinions import Opinions
from sim.shop.purchase_memory import PurchaseMemory
from sim.shop.rating import spoken_of_us
from sim.shop.receiving import ReceivingHours
from sim.shop.region import Region
from sim.shop.slots import DoorHours
from sim.shop.staffing import HourlySchedule
from sim.shop.station import Station
from sim.shop.survey import Survey
from sim.shop.traits import TraitMix, activity_by_hour
from sim.shop.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from sim.clock.environment import ShopEnvironment
    from sim.facts import Fact
    from sim.luck import Luck
    from sim.markets import Market
    from sim.scenario import Scenario
    from sim.shop.catalogue import Catalogue, Product
    from sim.shop.display import Display
    from sim.shop.order import Warehouse
    from sim.shop.people import Customer
    from sim.shop.traits import Person


class World:
    """One run's shop. It knows no database: facts go to `tell`."""

    def __init__(
        self,
        env: ShopEnvironment,
        luck: Luck,
        scenario: Scenario,
        market: Market,
        catalogue: Catalogue,
        epoch: datetime,
        scale: float,
        tell: Callable[[Fact], None],
        *,
        resumed_at: int = -1,
        newest_ids: Mapping[int, Mapping[str, int]] | None = None,
        cities: Collection[int] | None = None,
    ) -> None:
        """Set up places and posts, without stock or people; nothing crosses cities, so some `cities` can do alone.

        A run that goes on has had everything up to `resumed_at`; `newest_ids` are by city, then entity.
        """
        here = [city for city in market.cities if cities is None or city.city_id in cities]
        self.resumed_at = resumed_at
        self.priced_at = -1  # when prices were last looked at for what is new
        self._prices: Sequence[int] = ()  # by product; without flash sales they hold for the week that begins at
        self._week_us = self._week_ends_us = 0  # no week yet
        self.env = env
        self.luck = luck
        self.scenario = scenario
        self.market = market
        self.catalogue = catalogue
        self.epoch = epoch
        self.scale = scale
        self.tell = tell
        self.incidents = Calendar()
        self.displays = Displays(luck, scenario.products, catalogue, epoch)
        self.complements = Complements(luck, catalogue)
        self.opinions = Opinions(luck, scenario, catalogue)
        self.answers = Answers(luck, scenario.review)
        self.survey = Survey(luck, scenario)
        self.receiving = ReceivingHours(scenario.stock)
        self.wording = Wording(market.reviews, luck)
        self.traits = TraitMix(luck, scenario, catalogue)
        self.cookies = Cookies(luck, scenario.identity)
        self.names = {city.city_id: NamePool.of_city(market, city, luck.seed) for city in here}
        ids = newest_ids or {}
        span_us, active_hours = spoken_of_us(scenario), activity_by_hour(scenario.traits.hours_concentration)
        self.regions = [
            Region(city, Ids(city.city_id, ids.get(city.city_id)), epoch, PurchaseMemory(span_us), active_hours)
            for city in here
        ]
        self.region_of = {region.city.city_id: region for region in self.regions}
        self.warehouses = {w.warehouse_id: w for region in self.regions for w in region.warehouses}
        for warehouse in self.warehouses.values():
            self._staff(warehouse)
        self.decline_reasons = Weighted.named(scenario.payment.decline_reason_weight)
        self.failure_reasons = Weighted.named(scenario.delivery.failure_weight)

    def person(self, customer: Customer) -> Person:
        """Return the traits of a customer."""
        return self.traits.person(customer.persona, (customer.latitude, customer.longitude))

    def _staff(self, warehouse: Warehouse) -> None:
        posts = self.scenario.warehouse
        warehouse.doors = DoorHours(self.scenario.slots, warehouse.clock)
        warehouse.pickers = self._station(warehouse, posts.pickers_by_hour)
        warehouse.packers = self._station(warehouse, posts.packers_by_hour)

    def _station(self, warehouse: Warehouse, people_by_hour: Sequence[float]) -> Station:
        return Station(
            HourlySchedule(people_by_hour, self.scale * warehouse.share, warehouse.clock),
            by_promise=self.scenario.warehouse.queue_policy == "promise_first",
            is_out=partial(self.incidents.is_out, warehouse.city_id, warehouse.warehouse_id),
        )

    def price_cents(self, product: Product, at_us: int) -> int:
        """Return the selling price at an instant."""
        if self.incidents.knows_sales or not self._week_us <= at_us < self._week_ends_us:
            week, sale_share = self.price_terms(at_us)
            self._prices = self.catalogue.prices_cents(week, sale_share)
            self._week_us, self._week_ends_us = week * WEEK_US, (week + 1) * WEEK_US
        return self._prices[product.product_id - 1]

    def display(self, region: Region) -> Display:
        """Return what shoppers of a city are shown now."""
        now, shown = self.env.now, region.display
        if shown is None or now >= shown.until_us or self.incidents.knows_sales:
            shown = self.displays.at(now, self.incidents.sale_share(now), region.southern)
            region.display = shown
        return shown

    def price_terms(self, at_us: int) -> tuple[int, float]:
        """Return what prices depend on at an instant: the week of the run, and the share of a flash sale."""
        return at_us // WEEK_US, self.incidents.sale_share(at_us)

    def cents(self, price_level_units: float) -> int:
        """Return an amount given in units of the market's price level in cents of its currency."""
        return round(price_level_units * self.market.price_level * 100.0)

    def points_for(self, cents: int) -> int:
        """Return the loyalty points earned by spending an amount."""
        price_level_units = cents / (100.0 * self.market.price_level)
        return int(price_level_units * self.scenario.loyalty.points_per_unit)
