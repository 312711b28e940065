"""The measures of a page: 12 columns as in Redash, and what a card leaves for its drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.drawing import Frame

if TYPE_CHECKING:
    from typing import Protocol

    class Sized(Protocol):
        """Anything with a width in columns and a height in rows."""

        @property
        def width(self) -> int:
            """In columns."""

        @property
        def height(self) -> int:
            """In rows."""


COLUMN_PX, ROW_PX, GAP_PX = 80, 50, 14
"""A column and a row, each with the gap that follows it."""
PADDING_PX = 12
HEADING_PX, FOOT_PX = 58, 24
"""The title with its question in two lines; the line that unfolds the SQL."""


def frame(title: str, question: str, at: Sized) -> Frame:
    """The room for a drawing in a card at that place."""
    width = at.width * COLUMN_PX - GAP_PX - 2 * PADDING_PX
    height = at.height * ROW_PX - GAP_PX - 2 * PADDING_PX - HEADING_PX - FOOT_PX
    return Frame(title, question, width, max(height, 80))
