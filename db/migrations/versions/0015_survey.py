"""Some customers say, when asked, how likely they are to recommend the shop."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

_SURVEY_ANSWERS = """
CREATE TABLE public.survey_answers (
    order_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    score smallint NOT NULL,
    comment text,
    answered_at timestamptz NOT NULL,
    CONSTRAINT pk_survey_answers PRIMARY KEY (order_id),
    CONSTRAINT ck_survey_answers_score_range CHECK (score BETWEEN 0 AND 10),
    CONSTRAINT fk_survey_answers_order_id FOREIGN KEY (order_id) REFERENCES public.orders (order_id),
    CONSTRAINT fk_survey_answers_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers (customer_id)
);
CREATE INDEX ix_survey_answers_answered_at ON public.survey_answers
    USING brin (answered_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_survey_answers_customer_id ON public.survey_answers (customer_id);
COMMENT ON TABLE public.survey_answers IS
    'What customers answered when asked by mail, after a delivery, how likely they are to recommend the shop. '
    'All are asked; few answer.';
COMMENT ON COLUMN public.survey_answers.order_id IS 'The order that was delivered.';
COMMENT ON COLUMN public.survey_answers.customer_id IS 'Who answered: the customer of the order.';
COMMENT ON COLUMN public.survey_answers.score IS
    '0 (not at all likely) to 10; 9 and 10 are called promoters, up to 6 detractors.';
COMMENT ON COLUMN public.survey_answers.comment IS 'Why, in the customer''s words, if anything.';
COMMENT ON COLUMN public.survey_answers.answered_at IS 'When it was answered.';
"""


def upgrade() -> None:
    """Bring tables and rows from 0014 to 0015."""
    op.execute(_SURVEY_ANSWERS)
