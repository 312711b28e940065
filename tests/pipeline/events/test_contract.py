"""The contract: every event fits its schema, and no schema changes behind anybody's back."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import fastjsonschema
import pytest
import yaml
from jsonschema import Draft7Validator

from pipeline.events import generated
from pipeline.events.asyncapi import document
from pipeline.events.contract import CATALOGUE, TOPICS
from pipeline.events.event_type import told
from pipeline.events.generated import SameVersion, refuse_same_versions, stale
from pipeline.events.query import SOURCES, source
from pipeline.events.schema import envelope_schema, payload_schema
from tests.integration.test_running import Shop
from tests.pipeline.events.reading import lines_of

ASYNCAPI = Path(__file__).parent / "asyncapi-3.0.0.json.gz"  # of the npm package @asyncapi/specs 6.11.1, Apache 2.0


def test_every_event_of_a_week_fits_its_schema(week: Shop):
    fits = {
        name: fastjsonschema.compile(envelope_schema(each, payload_schema(each))) for name, each in CATALOGUE.items()
    }
    seen = set()
    for line in lines_of(week.url):
        event = json.loads(line)
        fits[event["type"]](event)
        seen.add(event["type"])
    assert seen == set(CATALOGUE)


def test_a_payload_that_says_less_more_or_something_else_does_not_fit():
    fits = fastjsonschema.compile(payload_schema(CATALOGUE["session.product_viewed"]))
    good = {"session_id": 101, "seq": 2, "product_id": 7, "in_stock": True}
    fits(good)
    for bad in ({**good, "seq": "2"}, {**good, "more": 1}, {**good, "product_id": None}, {"session_id": 101}):
        with pytest.raises(fastjsonschema.JsonSchemaException):
            fits(bad)


def test_35_types_on_seven_topics_each_told_by_the_file_of_its_table():
    assert (len(CATALOGUE), len(TOPICS)) == (35, 7)
    assert {path.stem for path in SOURCES.glob("*.sql")} == {each.source for each in CATALOGUE.values()}
    for each in CATALOGUE.values():
        written = each.name if each.source != "order_status_changes" else "'order.'"
        assert written in source(each.source), f"{each.source}.sql says nothing of {each.name}"


def test_no_payload_has_what_changes_after_its_instant():
    later = {
        "orders.status",
        "customers.loyalty_tier",
        "customers.loyalty_points",
        "deliveries.courier_id",
        "deliveries.trip_id",
        "deliveries.status",
        "deliveries.attempts",
        "inventory.on_hand",
        "inventory.reserved",
    }
    told_of = {
        f"{field.column.table.name}.{field.column.name}"
        for each in CATALOGUE.values()
        for field in each.fields
        if hasattr(field, "column")
    }
    assert not told_of & later


def test_the_files_are_what_the_catalogue_says():
    assert stale() == [], "run `make schema`"


def test_the_schemas_are_schemas():
    for path in generated.SCHEMAS.glob("*.json"):
        Draft7Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_a_schema_that_promises_something_else_needs_a_new_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    name = "review.written"
    (tmp_path / f"{name}.json").write_text(json.dumps(payload_schema(CATALOGUE[name])), encoding="utf-8")
    refuse_same_versions(tmp_path)
    wider = replace(CATALOGUE[name], fields=(*CATALOGUE[name].fields, told("helpful", "reviews.rating", "Votes.")))
    monkeypatch.setitem(CATALOGUE, name, wider)
    with pytest.raises(SameVersion, match=r"review\.written: its payload has changed and its version is still 1"):
        refuse_same_versions(tmp_path)
    monkeypatch.setitem(CATALOGUE, name, replace(wider, version=2))
    refuse_same_versions(tmp_path)


def test_other_words_need_no_new_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    name = "review.written"
    (tmp_path / f"{name}.json").write_text(json.dumps(payload_schema(CATALOGUE[name])), encoding="utf-8")
    monkeypatch.setitem(CATALOGUE, name, replace(CATALOGUE[name], says="Somebody had an opinion."))
    refuse_same_versions(tmp_path)


def test_the_asyncapi_document_is_one():
    with gzip.open(ASYNCAPI) as file:
        validator = Draft7Validator(json.load(file))
    written = yaml.safe_load((generated.ROOT / "docs" / "asyncapi.yaml").read_text(encoding="utf-8"))
    assert written == document()
    assert [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(written)] == []
    assert not validator.is_valid({**written, "operations": {"x": {"action": "shout"}}})


def test_the_page_names_every_type_and_its_examples_fit():
    page = (generated.ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    examples = re.findall(r"- `([\w.]+)`: [^\n]+\n\n  ```json\n  (.*?)\n  ```", page)
    assert [name for name, _ in examples] == [
        name for topic in TOPICS for name, each in CATALOGUE.items() if each.topic == topic
    ]
    for name, example in examples:
        fastjsonschema.compile(payload_schema(CATALOGUE[name]))(json.loads(example))
