"""The shop answers reviews: when, and what it says."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

_ANSWERS = """
ALTER TABLE public.reviews ADD COLUMN answered_at timestamptz, ADD COLUMN answer text;
ALTER TABLE public.reviews
    ADD CONSTRAINT ck_reviews_answered_at_after_created_at CHECK
        (coalesce(answered_at >= created_at, answered_at IS NULL)),
    ADD CONSTRAINT ck_reviews_an_answer_has_words CHECK ((answered_at IS NULL) = (answer IS NULL));
ALTER TABLE public.reviews SET (fillfactor = 85);
CREATE INDEX ix_reviews_answered_at ON public.reviews USING brin (answered_at)
    WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON COLUMN public.reviews.answered_at IS 'When the shop answered it, within some days; null where it has not.';
COMMENT ON COLUMN public.reviews.answer IS 'What the shop answered.';
"""
# The market files that come along have words for answers now, and say nothing else that rows are of.
_FORGET_OLD_DIGESTS = """
UPDATE sim.runs SET scenario_config = scenario_config - 'market_digest'
WHERE scenario_config ->> 'market_digest' IN ({digests});
"""
_BEFORE = (
    "844cb69a295d896ad613b55f2732517a7026e4ffc1d4a868d6ce35302c8e27c5",
    "35e03cf3544f7f7d8a3607efa92d998a8b32d159a8b0bfd13a9eeb46335a6929",
)


def upgrade() -> None:
    """Bring tables and rows from 0009 to 0010."""
    op.execute(_ANSWERS)
    op.execute(_FORGET_OLD_DIGESTS.format(digests=", ".join(f"'{digest}'" for digest in _BEFORE)))
