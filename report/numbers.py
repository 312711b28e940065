"""Numbers as numeral.js writes them for Redash ("0,0.00"), in Python for text and in d3's words for Vega."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_FORM = re.compile(
    r"(?P<whole>0,0|0)"
    r"(?P<optional>\[\.\])?\.?"
    r"(?P<least>0*)(?:\[(?P<more>0+)\])?"
    r"(?P<percent>\s*%)?"
)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """`least` to `most` decimals; with `optional`, none at all where they would be zeros."""

    thousands: bool
    least: int
    most: int
    optional: bool
    suffix: str

    @classmethod
    def parse(cls, text: str) -> NumberFormat:
        """Raises ValueError for what is not understood ("0.0a", "0 b", "$0,0")."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"the number format '{text}' is not understood (examples: 0,0  0.0  0,0[.]00  0.0%)")
        least = len(found["least"])
        most = least + len(found["more"] or "")
        return cls(found["whole"] == "0,0", least, most, bool(found["optional"]), found["percent"] or "")

    def text(self, value: float) -> str:
        """The number as people read it. A percent sign is only written: values are 0 to 100 already, as in Redash."""
        rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-self.most), ROUND_HALF_UP)
        if rounded == 0:
            rounded = abs(rounded)  # no "-0"
        written = f"{rounded:,f}" if self.thousands else f"{rounded:f}"
        whole, _, decimals = written.partition(".")
        decimals = decimals[: self.least] + decimals[self.least :].rstrip("0")
        if self.optional and not decimals.strip("0"):
            decimals = ""
        return whole + ("." + decimals if decimals else "") + self.suffix

    @property
    def d3(self) -> str:
        """What d3-format writes alike (up to a trailing zero where decimals are optional); it has no percent sign."""
        comma = "," if self.thousands else ""
        trim = "~" if self.optional or self.least != self.most else ""
        return f"{comma}.{self.most}{trim}f"
