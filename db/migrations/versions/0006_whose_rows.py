"""A customer's visits and reviews have indexes."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_INDEXES = """
CREATE INDEX ix_sessions_customer_id ON public.sessions (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX ix_reviews_customer_id ON public.reviews (customer_id);
"""


def upgrade() -> None:
    """Bring tables and rows from 0005 to 0006."""
    op.execute(_INDEXES)
