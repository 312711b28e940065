"""Markets: the places, goods and words a shop is made of, one YAML file each."""

from sim.markets.loading import MarketError, known_markets, load_market
from sim.markets.reviews import Reviews
from sim.markets.schema import Category, City, GivenNames, Item, Market, Season, Warehouse

__all__ = [
    "Category",
    "City",
    "GivenNames",
    "Item",
    "Market",
    "MarketError",
    "Reviews",
    "Season",
    "Warehouse",
    "known_markets",
    "load_market",
]
