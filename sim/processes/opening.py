"""The opening: an established shop at the epoch, with filled shelves, hired couriers and registered customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import (
    CategoryListed,
    CityOpened,
    ProductDrawn,
    ProductListed,
    ShelfOpened,
    WarehouseOpened,
)
from sim.luck import Purpose, Weighted
from sim.luck_bulk import LUCK_AT_ONCE, draws_of_many
from sim.processes.experience import book_points
from sim.processes.hiring import hire, wanted_couriers
from sim.processes.planning import planned_levels
from sim.processes.prices import record_opening_prices
from sim.processes.registration import add_second_address, register
from sim.processes.shifts import plan_deliveries
from sim.processes.stocking import move_stock
from sim.shop.cookies import keep_from_before
from sim.shop.ids import warehouse_id_of
from sim.shop.loyalty import tier_of
from sim.shop.people import Customer, EarlierLife, earlier_life_by
from sim.shop.roster import contracts
from sim.shop.second_address import UNIFORMS, known_since, second_place
from sim.shop.stock import Shelf
from sim.shop.traits import home_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.markets import City
    from sim.processes.world import World
    from sim.shop.order import Warehouse
    from sim.shop.region import Region

_POINTS_AN_EARLIER_ORDER = 38


def open_shop(world: World) -> None:
    """Tell all that is there on the first day, at the epoch."""
    for region in world.regions:
        world.tell(city_opened(region.city))
    _list_products(world)
    personas = Weighted.named({name: p.share_of_customers for name, p in world.scenario.funnel.personas.items()})
    for region in world.regions:
        for warehouse, opened in zip(region.warehouses, warehouses_opened(region.city), strict=True):
            world.tell(opened)
            _open_warehouse(world, region, warehouse)
        expected = world.scenario.demand.customers_at_opening * world.scale * region.city.demand_share
        _register_established(world, region, personas, max(1, round(expected)))


def city_opened(city: City) -> CityOpened:
    """Return that a city of a market is one of the shop's."""
    return CityOpened(
        city.city_id, city.name, city.country, city.latitude, city.longitude, city.timezone, city.population
    )


def warehouses_opened(city: City) -> list[WarehouseOpened]:
    """Return the same of a city's warehouses, in their order."""
    return [
        WarehouseOpened(
            warehouse_id_of(city.city_id, number), city.city_id, place.name, place.latitude, place.longitude
        )
        for number, place in enumerate(city.warehouses, start=1)
    ]


def _list_products(world: World) -> None:
    for category in world.catalogue.categories:
        world.tell(CategoryListed(category.category_id, category.name))
    for product in world.catalogue.products:
        world.tell(
            ProductListed(
                product.product_id,
                product.category_id,
                product.name,
                product.list_price_cents,
                product.unit_cost_cents,
                product.weight_g,
            )
        )
        quality = world.opinions.qualities.of(product.product_id)
        appeal = world.traits.appeal[product.product_id]
        # Rounded: the last bits of sums and exponentials are not those of every Python and system.
        drawn = (product.popularity, appeal, quality.disappoints, quality.stars)
        world.tell(ProductDrawn(product.product_id, *(round(number, 9) for number in drawn)))
    record_opening_prices(world)


def _open_warehouse(world: World, region: Region, warehouse: Warehouse) -> None:
    id_ = warehouse.warehouse_id
    _hire_couriers(world, warehouse)
    levels = planned_levels(world, region, warehouse)
    for product in world.catalogue.products:
        reorder_point, order_up_to = levels[product.product_id]
        shelf = warehouse.shelves[product.product_id] = Shelf(product.product_id, reorder_point, order_up_to)
        world.tell(ShelfOpened(id_, product.product_id, reorder_point, order_up_to))
        (u,) = world.luck.draws(Purpose.LEAD_TIME, id_, product.product_id, 1)
        stock = reorder_point + 1 + int(u * (order_up_to - reorder_point))  # anywhere in its cycle
        move_stock(world, warehouse, shelf.product_id, stock, "opening")


def _hire_couriers(world: World, warehouse: Warehouse) -> None:
    delivery = world.scenario.delivery
    for contract in contracts(wanted_couriers(delivery, world.scale, warehouse), delivery):
        hire(world, warehouse, contract, established=True)
    plan_deliveries(world.scenario, warehouse)


def _register_established(world: World, region: Region, personas: Weighted[str], people: int) -> None:
    """Register customers of earlier days; their luck is drawn at once for as many as memory does not notice."""
    for so_far in range(0, people, LUCK_AT_ONCE):
        ids = [region.ids.next("customer") for _ in range(so_far, min(people, so_far + LUCK_AT_ONCE))]
        who, active, earlier = (
            draws_of_many(world.luck, purpose, ids, n)
            for purpose, n in ((Purpose.NAMES, 11), (Purpose.CUSTOMER, 2), (Purpose.OPENING_CUSTOMER, 4))
        )
        homes = [region.home(u[5], u[6], u[7]) for u in who]
        elsewhere = draws_of_many(world.luck, Purpose.SECOND_ADDRESS, [home_key(*home) for home in homes], UNIFORMS)
        for customer_id, u, u_own, u_life, home, u_else in zip(
            ids, who, active, earlier, homes, elsewhere, strict=True
        ):
            persona = personas.pick(u[8])
            rhythm = world.traits.rhythm(persona, u_own)
            life = earlier_life_by(u_life, rhythm.activity, world.scenario)
            address_id, (latitude, longitude) = region.ids.next("address"), home
            customer = Customer(customer_id, persona, address_id, latitude, longitude, life.satisfaction, *rhythm)
            _register(world, region, customer, life, u)
            _add_second_address(world, region, customer, life, u_else)


def _register(world: World, region: Region, customer: Customer, life: EarlierLife, u: list[float]) -> None:
    """Register a customer of earlier days, with the points of earlier orders."""
    customer.last_order_at = life.last_order_at
    points = life.orders * _POINTS_AN_EARLIER_ORDER
    customer.tier = tier_of(points, world.scenario.loyalty.tier_from)
    as_guest = life.orders > 0 and u[9] < world.scenario.identity.guest_checkout
    keep_from_before(customer)
    register(world, region, customer, u, life.registered_at, points, by="checkout" if as_guest else "sign_up")
    book_points(world, customer, points, "opening", None)


def _add_second_address(
    world: World, region: Region, customer: Customer, life: EarlierLife, u: Sequence[float]
) -> None:
    traits = world.scenario.traits
    place = second_place(region, traits, u)
    if place is not None and (since := known_since(traits, life, u)) is not None:
        add_second_address(world, region, customer, place, since)
