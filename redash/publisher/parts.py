"""What is published together: a folder of questions, the database that they ask, and what else Redash shall know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboards.files import HERE
from redash.publisher.settings import MartsSource, PipelineSource, ReplicaSource, ShopSource

if TYPE_CHECKING:
    from pathlib import Path

    from redash.publisher.settings import SourceSettings


@dataclass(frozen=True, slots=True)
class Part:
    """One of them. The data sources beside its own are for what people ask themselves."""

    about: str  # for messages
    folder: Path
    source: type[SourceSettings]
    has_settled: str  # a question with one row and one column, `settled`
    beside: tuple[type[SourceSettings], ...] = ()


SHOP = Part("the shop", HERE, ShopSource, "SELECT status <> 'catching_up' AS settled FROM sim.current_run")
PIPELINE = Part(
    "the pipeline and its databases",
    HERE / "pipeline",
    PipelineSource,
    "SELECT num_nulls(to_regclass('ops.runs'), to_regclass('landing.dead_letters')) = 0 AS settled",
    (ReplicaSource,),
)
_MARTS_SHOWN = (
    "average_check",
    "basket_pairs",
    "cohorts",
    "customer_behaviour",
    "delivery_service",
    "funnel_daily",
    "product_rating",
)
MARTS = Part(
    "the marts",
    HERE / "marts",
    MartsSource,
    f"SELECT COUNT(*) = {len(_MARTS_SHOWN)} AS settled FROM information_schema.tables"
    f" WHERE table_schema = DATABASE() AND table_name IN {_MARTS_SHOWN}",
)
