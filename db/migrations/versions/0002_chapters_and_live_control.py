"""Customers have their lifetime points, a run has chapters, and a running simulator can be asked for another speed.

The database's version goes from the first schema's own table into Alembic's.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_LIFETIME_POINTS = """
ALTER TABLE public.customers ADD COLUMN lifetime_points integer NOT NULL DEFAULT 0;
UPDATE public.customers c SET lifetime_points = l.earned
FROM (
    SELECT customer_id, sum(points) AS earned
    FROM public.loyalty_transactions WHERE reason IN ('opening', 'purchase', 'refund') GROUP BY customer_id
) l
WHERE l.customer_id = c.customer_id AND l.earned <> 0;
ALTER TABLE public.customers ALTER COLUMN lifetime_points DROP DEFAULT,
    ADD CONSTRAINT ck_customers_lifetime_points_not_negative CHECK (lifetime_points >= 0);
COMMENT ON COLUMN public.customers.lifetime_points IS
    'Points that count for the tier: opening and purchases, less what refunds took back; redeeming costs none.';
"""

# The first schema knew one row a run, written from the epoch on.
_CHAPTERS = """
ALTER TABLE sim.runs ADD COLUMN began_at timestamptz;
UPDATE sim.runs SET began_at = epoch;
ALTER TABLE sim.runs ALTER COLUMN began_at SET NOT NULL,
    DROP CONSTRAINT ck_runs_sim_now_after_epoch,
    ADD CONSTRAINT ck_runs_began_at_after_epoch CHECK (began_at >= epoch),
    ADD CONSTRAINT ck_runs_sim_now_after_began_at CHECK (sim_now >= began_at);
COMMENT ON TABLE sim.runs IS 'Chapters of the shop''s one run; the newest holds now.';
COMMENT ON COLUMN sim.runs.run_id IS 'The chapter: 1, 2, 3 and so on; the largest is the newest.';
COMMENT ON COLUMN sim.runs.version IS 'Version of the program that wrote the chapter.';
COMMENT ON COLUMN sim.runs.epoch IS 'Simulated instant at which the run begins, the same in every chapter.';
COMMENT ON COLUMN sim.runs.sim_now IS
    'Simulated instant of the chapter''s newest commit; read the newest chapter''s by sim_now().';
COMMENT ON COLUMN sim.runs.began_at IS
    'Simulated instant from which this chapter''s settings hold: the epoch for the first.';
"""

_CONTROLS = """
CREATE TABLE sim.controls (
    run_id bigint NOT NULL,
    speed text NOT NULL,
    paused boolean NOT NULL,
    asked_at timestamptz NOT NULL,
    CONSTRAINT pk_controls PRIMARY KEY (run_id),
    CONSTRAINT fk_controls_run_id FOREIGN KEY (run_id) REFERENCES sim.runs (run_id)
);
COMMENT ON TABLE sim.controls IS
    'What has been asked of the running simulator, one row for the newest chapter; '
    'whoever writes it sends NOTIFY bazaar_control.';
COMMENT ON COLUMN sim.controls.run_id IS 'The chapter that it was asked of.';
COMMENT ON COLUMN sim.controls.speed IS
    'Speed asked: ''10x'' is ten simulated seconds a real second, ''max'' is unpaced.';
COMMENT ON COLUMN sim.controls.paused IS 'Whether the clock shall stand still.';
COMMENT ON COLUMN sim.controls.asked_at IS 'Wall-clock time at which it was asked.';
"""

_VERSION = """
DROP TABLE sim.schema_version;
COMMENT ON TABLE sim.alembic_version IS 'The version of this schema, one row, kept by Alembic.';
COMMENT ON COLUMN sim.alembic_version.version_num IS 'The newest migration that this database has.';
"""


def upgrade() -> None:
    """Bring tables and rows from 0001 to 0002."""
    for statements in (_LIFETIME_POINTS, _CHAPTERS, _CONTROLS, _VERSION):
        op.execute(statements)
