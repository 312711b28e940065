"""Grades: what a cleaned table is worth, counted by hand on the small world's seven payments and four orders."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import psycopg2
import pytest

from pipeline.events.grading.cleaned import BadCleaned, cleaned
from pipeline.events.grading.score import BadWindow, Score, Share, score
from pipeline.events.grading.tables import TABLES
from pipeline.events.grading.truth import truth
from pipeline.events.noise.profile import Profile, load_profile
from sim.cli.main import main
from tests.pipeline.events.reading import lines_of

PAYMENTS = TABLES["payments"]


@pytest.fixture(scope="module")
def payments(small_world: str) -> pd.DataFrame:
    """What a perfect cleaner makes of the clean stream."""
    events = [json.loads(line) for line in lines_of(small_world, types=["payment.attempted"])]
    return pd.DataFrame([{**event["data"], "time": event["time"]} for event in events])


@pytest.fixture
def graded(small_world: str, tmp_path: Path) -> Callable[..., Score]:
    """Grade a frame of payments by way of a file."""

    def grade(frame: pd.DataFrame, name: str = "payments.csv") -> Score:
        path = tmp_path / name
        if ".csv" in name:
            frame.to_csv(path, index=False)
        elif ".jsonl" in name:
            frame.to_json(path, orient="records", lines=True)
        else:
            frame.to_parquet(path)
        rows, _ = truth(small_world, PAYMENTS, None, None)
        return score(rows, cleaned(str(path), PAYMENTS, small_world), PAYMENTS, "1h", noisy=False)

    return grade


PERFECT = (Share(7, 7), Share(7, 7), 0)


@pytest.mark.parametrize("name", ["p.csv", "p.csv.gz", "p.csv.zst", "p.jsonl", "p.jsonl.zst", "p.parquet"])
def test_a_perfect_table_is_perfect_in_any_file(payments: pd.DataFrame, graded: Callable[..., Score], name: str):
    result = graded(payments, name)
    assert (result.recall, result.precision, result.duplicates) == PERFECT
    assert result.fields == Share(6 * 7, 6 * 7), "six columns besides the key"
    assert result.windows["2026-01-06 10:00"] == Share(2, 2)


def test_real_types_and_decimals_are_as_good_as_text(payments: pd.DataFrame, graded: Callable[..., Score]):
    typed = payments.assign(
        attempted_at=pd.to_datetime(payments["time"]).dt.tz_convert("Asia/Tokyo"),
        payment_id=payments["payment_id"].astype("float64"),
    ).drop(columns="time")
    result = graded(typed, "p.parquet")
    assert (result.recall, result.precision, result.duplicates) == PERFECT
    assert result.fields == Share(42, 42)


def test_each_fault_lowers_its_figure(payments: pd.DataFrame, graded: Callable[..., Score]):
    assert graded(payments.drop(index=2)).recall == Share(6, 7)
    phantom = payments.iloc[[0]].assign(payment_id=999)
    assert graded(pd.concat([payments, phantom])).precision == Share(7, 8)
    assert graded(pd.concat([payments, payments.iloc[:3]])).duplicates == 3
    wrong = payments.assign(amount=payments["amount"].where(payments["payment_id"] != 101, 4100.0))
    assert graded(wrong).columns["amount"] == Share(6, 7)
    late = payments.assign(time=payments["time"].where(payments["payment_id"] != 101, "2026-01-05T09:10:00+00:00"))
    assert graded(late).columns["attempted_at"] == Share(6, 7)
    told = payments.assign(decline_reason=payments["decline_reason"].fillna("unknown"))
    assert graded(told).columns["decline_reason"] == Share(2, 7), "five were no declines: null is the answer"
    text = payments.assign(amount=payments["amount"].astype(object).where(payments["payment_id"] != 101, "forty-one"))
    assert graded(text).columns["amount"] == Share(6, 7)


def test_columns_that_are_not_there_are_not_graded(payments: pd.DataFrame, graded: Callable[..., Score]):
    result = graded(payments[["payment_id", "amount"]].assign(mine="x"))
    assert (result.recall, result.fields, list(result.columns)) == (Share(7, 7), Share(7, 7), ["amount"])


def test_an_empty_table_is_worth_nothing(payments: pd.DataFrame, graded: Callable[..., Score]):
    result = graded(payments.iloc[:0])
    assert (result.recall, result.precision, result.fields) == (Share(0, 7), Share(0, 0), Share(0, 0))


def test_the_cut_is_that_of_the_feed(small_world: str, payments: pd.DataFrame, tmp_path: Path):
    payments.iloc[:2].to_csv(tmp_path / "p.csv", index=False)
    rows, cut = truth(small_world, PAYMENTS, datetime(2026, 1, 6, tzinfo=UTC), None)
    assert cut == datetime(2026, 1, 6, tzinfo=UTC)
    result = score(rows, cleaned(str(tmp_path / "p.csv"), PAYMENTS, small_world), PAYMENTS, "1D", noisy=False)
    assert (result.recall, result.windows) == (Share(2, 2), {"2026-01-05 00:00": Share(2, 2)})


def test_a_table_in_postgresql(small_world: str, database_url: str, payments: pd.DataFrame):
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            'CREATE SCHEMA mine; CREATE TABLE mine."my pay" (payment_id text, amount numeric, time timestamptz)'
        )
        for row in payments.itertuples():
            cursor.execute('INSERT INTO mine."my pay" VALUES (%s, %s, %s)', (row.payment_id, row.amount, row.time))
    connection.close()
    rows, _ = truth(small_world, PAYMENTS, None, None)
    found = cleaned(f"{database_url}#mine.my pay", PAYMENTS, small_world)
    result = score(rows, found, PAYMENTS, "1h", noisy=False)
    assert (result.recall, result.fields) == (Share(7, 7), Share(14, 14))


def test_by_kind_of_damage_and_by_delay(small_world: str, tmp_path: Path):
    profile = Profile.model_validate({"dropped": 1, "delays": {"very_late": 1, "very_late_from_h": 10}})
    rows, _ = truth(small_world, PAYMENTS, None, profile)
    (tmp_path / "p.csv").write_text("payment_id,amount\n101,41.00\n", encoding="utf-8")
    result = score(rows, cleaned(str(tmp_path / "p.csv"), PAYMENTS, small_world), PAYMENTS, "1h", noisy=True)
    assert result.damages == {"dropped": (Share(1, 7), Share(1, 7))}
    assert result.delays == {"later": Share(1, 7)}


def test_damage_that_could_do_nothing_is_none(small_world: str):
    profile = Profile.model_validate({"damage": {"mojibake": 1}})
    rows, _ = truth(small_world, PAYMENTS, None, profile)
    assert set(rows["_damage"]) == {"none"}, "a payment has no letter beyond ASCII"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.csv", "amount\n1\n", r"p\.csv: it has no column payment_id; rows of payments are told apart by it"),
        ("p.jsonl", "nonsense\n", r"p\.jsonl: it can't be read: "),
        ("p.parquet", "nonsense", r"p\.parquet: it can't be read: "),
        ("p.xlsx", "", r"p\.xlsx' is no table; allowed are FILE\.csv"),
        ("p.csv", "", r"p\.csv: it can't be read: No columns"),
    ],
)
def test_what_cannot_be_graded_is_one_line(small_world: str, tmp_path: Path, name: str, text: str, said: str):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadCleaned, match=said) as refused:
        cleaned(str(tmp_path / name), PAYMENTS, small_world)
    assert "\n" not in str(refused.value)


def test_a_table_or_a_window_that_is_not_there(small_world: str, payments: pd.DataFrame, graded: Callable[..., Score]):
    with pytest.raises(BadCleaned, match=r'#mine\.gone: it can\'t be read: relation "mine\.gone" does not exist'):
        cleaned("#mine.gone", PAYMENTS, small_world)
    rows, _ = truth(small_world, PAYMENTS, None, None)
    with pytest.raises(BadWindow, match="window: '3x' is no length"):
        score(rows, rows, PAYMENTS, "3x", noisy=False)


def test_the_command_tells_how_much_and_writes_answers_only_where_asked(
    small_world: str, payments: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    payments.drop(index=0).to_csv("p.csv", index=False)
    line = ("events", "grade", "p.csv", "--table", "payments", "--database-url", small_world)
    assert main(line) == 0
    said = capsys.readouterr().out
    assert "recall      0.8571 (6 of 7) of the shop's rows are there" in said
    assert "payment.attempted" not in said, "how much, not which"
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]
    assert main((*line, "--noise", "mild", "--answers", "answers.csv")) == 0
    answers = pd.read_csv("answers.csv")
    assert list(answers.columns) == ["id", "damage", "delay_s", "copies"]
    assert len(answers) == 7
    capsys.readouterr()
    assert main((*line, "--answers", "a.csv")) == 2
    assert "answers: what noise did is known with --noise only" in capsys.readouterr().err
    assert main((*line[:4], "paymnets", *line[5:])) == 2
    assert "table: 'paymnets' can't be graded; allowed are product_prices, customers," in capsys.readouterr().err


def test_every_table_can_be_graded_by_its_own_stream(small_world: str):
    assert load_profile("mild") is not None
    for table in TABLES.values():
        rows, _ = truth(small_world, table, None, None)
        assert len(rows), table.name
        result = score(rows, rows[list(table.columns)], table, "1h", noisy=False)
        assert (result.recall.share, result.precision.share, result.duplicates, result.fields.share) == (1, 1, 0, 1), (
            table
        )
