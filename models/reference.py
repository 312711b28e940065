"""Reference tables: the cities, the warehouses, what is sold at which price, and who delivers it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import Base, Money, Small, Thousandths, Whole, by_time, check, column, key, one_of, table_options, to


class City(Base):
    __tablename__ = "cities"
    __table_args__ = (
        check("latitude_range", "latitude BETWEEN -90 AND 90"),
        check("longitude_range", "longitude BETWEEN -180 AND 180"),
        check("population_positive", "population > 0"),
        check("city_id_range", "city_id BETWEEN 1 AND 99"),
        table_options("Cities where the shop sells; nothing crosses from one to another."),
    )

    city_id: Mapped[Small] = key("The city, 1 to 99; the last two digits of most ids of what happens in it.")
    name: Mapped[str] = column("Name of the city.")
    country: Mapped[str] = column("Country of the city.")
    latitude: Mapped[float] = column("Latitude of the city's centre, degrees.")
    longitude: Mapped[float] = column("Longitude of the city's centre, degrees.")
    timezone: Mapped[str] = column("IANA time zone, as in Europe/Berlin; AT TIME ZONE takes it.")
    population: Mapped[Whole] = column("Inhabitants.")


class Warehouse(Base):
    __tablename__ = "warehouses"
    __table_args__ = (
        check("latitude_range", "latitude BETWEEN -90 AND 90"),
        check("longitude_range", "longitude BETWEEN -180 AND 180"),
        table_options("Warehouses: where orders are picked and packed and couriers set out from."),
    )

    warehouse_id: Mapped[Small] = key("The warehouse: city_id * 10 and a number within the city.")
    city_id: Mapped[Small] = column("The city it serves.", to("cities.city_id"))
    name: Mapped[str] = column("Name of the warehouse.")
    latitude: Mapped[float] = column("Latitude, degrees.")
    longitude: Mapped[float] = column("Longitude, degrees.")


class Category(Base):
    __tablename__ = "categories"
    __table_args__ = (
        UniqueConstraint("name"),
        table_options("Product categories."),
    )

    category_id: Mapped[Small] = key("The category.")
    name: Mapped[str] = column("Name of the category, unique.")


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        check("list_price_positive", "list_price > 0"),
        check("unit_cost_not_negative", "unit_cost >= 0"),
        check("weight_kg_positive", "weight_kg > 0"),
        table_options("The catalogue; the same products are sold in every city."),
    )

    product_id: Mapped[int] = key("The product: 1, 2, 3 and so on.")
    category_id: Mapped[Small] = column("The category it belongs to.", to("categories.category_id"))
    name: Mapped[str] = column("Name of the product.")
    list_price: Mapped[Money] = column("Price without promotions; what was asked at a time is in product_prices.")
    unit_cost: Mapped[Money] = column("What a unit costs the shop.")
    weight_kg: Mapped[Thousandths] = column("Weight of a unit, kg.")


class ProductPrice(Base):
    __tablename__ = "product_prices"
    __table_args__ = (
        check("price_positive", "price > 0"),
        one_of("reason", "opening", "promotion", "promotion_ended"),
        by_time("valid_from"),
        table_options("Selling prices over time: each holds from valid_from until the product's next row."),
    )

    product_id: Mapped[int] = key("The product.", to("products.product_id"))
    valid_from: Mapped[datetime] = key("From when on this price holds; the opening one since a week before the epoch.")
    price: Mapped[Money] = column("Selling price of a unit.")
    reason: Mapped[str] = column("Why the price was set: opening, promotion or promotion_ended.")


class Courier(Base):
    __tablename__ = "couriers"
    __table_args__ = (
        one_of("vehicle", "van", "scooter", "bicycle"),
        table_options("Couriers, each of one warehouse.", entity="courier"),
    )

    courier_id: Mapped[int] = key("The courier.")
    warehouse_id: Mapped[Small] = column("The warehouse the courier sets out from.", to("warehouses.warehouse_id"))
    full_name: Mapped[str] = column("First and last name.")
    vehicle: Mapped[str] = column("van, scooter or bicycle: it sets speed and capacity.")
    hired_at: Mapped[datetime] = column("When the courier was hired; possibly before the run's epoch.")
