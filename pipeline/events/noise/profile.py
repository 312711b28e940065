"""How dirty a feed is: every kind of noise with its rate, as a profile of ours or a file of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.messages import one_line

PROFILES = Path(__file__).parent / "profiles"
LONGEST_DELAY_H = 72.0

Share = Annotated[float, Field(ge=0, le=1)]


class BadProfile(ValueError):
    """A profile that can't be used: one line naming the field, its value and what is allowed."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


class Delays(_Part):
    """How long after it happened an event is published. What is neither late nor very late takes seconds."""

    usual_s: Annotated[float, Field(ge=0, le=3600, description="mean of the usual delay, seconds")] = 2.0
    late: Share = 0.0
    late_mean_min: Annotated[float, Field(gt=0, le=1440, description="mean delay of late events, minutes")] = 20.0
    very_late: Share = 0.0
    very_late_from_h: Annotated[float, Field(ge=0, lt=LONGEST_DELAY_H, description="very late from, hours")] = 6.0


class Copies(_Part):
    """Duplicates: what a sender tries again though it had arrived."""

    twice: Share = 0.0
    burst: Share = 0.0
    burst_most: Annotated[int, Field(ge=3, le=50, description="copies in a burst at most")] = 12


class Damage(_Part):
    """Shares of events of which something is wrong; an event has one kind of damage at most."""

    truncated: Share = 0.0
    missing_field: Share = 0.0
    renamed_field: Share = 0.0
    number_as_text: Share = 0.0
    units_x100: Share = 0.0
    wrong_zone: Share = 0.0
    mojibake: Share = 0.0
    personal_data: Share = 0.0


class Clocks(_Part):
    """Devices whose clock is wrong: all events of a visit are off by the same time."""

    skewed: Share = 0.0
    hours: Annotated[float, Field(gt=0, le=24, description="by how much, hours, forwards or backwards")] = 1.0


class NewSchema(_Part):
    """A sender that changes its schema midway: names in camelCase, dataschema with another version."""

    after_h: Annotated[float | None, Field(ge=0, description="hours after the opening; null for never")] = None
    senders: Share = 0.5


class Phantoms(_Part):
    """Events of what never was: visits of bots beside those of people, and test orders beside real ones."""

    bots: Share = 0.0
    bot_views: Annotated[int, Field(ge=1, le=500, description="products that a bot looks at")] = 40
    test_orders: Share = 0.0


class Profile(_Part):
    """All of it. Shares are of events, but for bots (of visits) and test orders (of orders)."""

    description: str = ""
    delays: Delays = Delays()
    copies: Copies = Copies()
    dropped: Share = 0.0
    damage: Damage = Damage()
    clocks: Clocks = Clocks()
    new_schema: NewSchema = NewSchema()
    phantoms: Phantoms = Phantoms()


def profile_names() -> list[str]:
    """The profiles that come along."""
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def load_profile(name: str) -> Profile | None:
    """The profile of that name, or of a YAML file; None for `none`. Raises BadProfile."""
    if name == "none":
        return None
    path = PROFILES / f"{name}.yaml" if name in profile_names() else Path(name)
    if path.suffix not in (".yaml", ".yml"):
        allowed = ", ".join(["none", *profile_names()])
        raise BadProfile(f"noise: {name!r} is no profile; allowed are {allowed} and the path of a YAML file")
    try:
        found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        profile = Profile.model_validate({} if found is None else found)
    except (OSError, UnicodeDecodeError) as error:
        raise BadProfile(f"noise: {name!r} can't be read: {getattr(error, 'strerror', None) or error}") from error
    except yaml.YAMLError as error:
        raise BadProfile(f"noise: {name!r} is not YAML: {one_line(error)}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"]) or "the file"
        raise BadProfile(f"noise: {name}: {where}: {first['input']!r}: {first['msg']}") from error
    total = sum(getattr(profile.damage, each) for each in Damage.model_fields)
    if total > 1:
        raise BadProfile(f"noise: {name}: damage: its shares add up to {total:g}; allowed is 1 at most")
    return profile
