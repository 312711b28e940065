"""What a Redash holds and how it behaves, as far as the publisher meets it: its traps included."""

from __future__ import annotations

import copy
import re
import threading
from collections import defaultdict
from itertools import count
from typing import Any

Json = dict[str, Any]
SCHEDULE_KEYS = {"interval", "time", "day_of_week", "until"}
QUERY_FIELDS = {"name", "query", "data_source_id", "description", "schedule", "options", "tags", "is_draft", "version"}
DASHBOARD_FIELDS = {"name", "layout", "tags", "is_draft", "is_archived", "dashboard_filters_enabled", "options"}
MASK = "--------"
SECRETS = {"password", "passwd"}


class Answered(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


def broken() -> Answered:
    return Answered(500, {"message": "Internal Server Error"})


def jsonb(value: Any) -> Any:
    """As PostgreSQL gives JSONB back: keys in an order of its own."""
    if isinstance(value, dict):
        return {key: jsonb(value[key]) for key in sorted(value, key=lambda key: (len(key), key))}
    return [jsonb(each) for each in value] if isinstance(value, list) else copy.deepcopy(value)


class FakeState:
    """Sources, queries, visualizations, dashboards, widgets, results; and the hands of people in the browser."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.lock = threading.RLock()
        self.sources: dict[int, Json] = {}
        self.queries: dict[int, Json] = {}
        self.visualizations: dict[int, Json] = {}
        self.dashboards: dict[int, Json] = {}
        self.slugs: dict[str, int] = {}
        self.widgets: dict[int, Json] = {}
        self.results: set[str] = set()
        self.jobs: dict[str, Json] = {}
        self.asked: list[str] = []
        self.shop_status = ["pacing"]
        self.working_password = "secret"
        self.drivers = {"pg", "mysql"}
        self.failing: dict[str, str] = {}
        self.favorites: list[int] = []
        self._ids: dict[str, count[int]] = defaultdict(lambda: count(1))

    # --- data sources

    def new_source(self, body: Json) -> Json:
        if body["type"] not in self.drivers:
            raise Answered(400, {"message": "Bad Request"})
        source = {
            "id": next(self._ids["source"]),
            "name": body["name"],
            "type": body["type"],
            "options": body["options"],
        }
        self.sources[source["id"]] = source
        return self.source(source["id"])

    def source(self, source_id: int) -> Json:
        source = copy.deepcopy(self.sources[source_id])
        source["options"] = {k: MASK if k in SECRETS else v for k, v in source["options"].items()}
        return source

    def save_source(self, source_id: int, body: Json) -> Json:
        if not {"name", "type", "options"} <= body.keys():
            raise broken()
        old = self.sources[source_id]
        options = dict(body["options"])  # replaced, not merged
        for secret in SECRETS & options.keys():
            if options[secret] == MASK:
                options[secret] = old["options"].get(secret)
        old.update(name=body["name"], type=body["type"], options=options)
        return self.source(source_id)

    def test_source(self, source_id: int) -> Json:
        if self.working_password in {self.sources[source_id]["options"].get(secret) for secret in SECRETS}:
            return {"ok": True, "message": "success"}
        return {"ok": False, "message": "password authentication failed\nfor user"}

    # --- queries

    def new_query(self, body: Json) -> Json:
        if "data_source_id" not in body or not body.keys() <= QUERY_FIELDS:
            raise broken()
        query = {
            "id": next(self._ids["query"]), "description": None, "schedule": None, "options": {}, "tags": [],
            "version": 1, "is_archived": False, "latest_query_data_id": None, **body, "is_draft": True,
        }  # fmt: skip
        self.queries[query["id"]] = jsonb(query)
        self.new_visualization({"query_id": query["id"], "type": "TABLE", "name": "Table", "options": {}})
        return self.query(query["id"])

    def query(self, query_id: int) -> Json:
        query = copy.deepcopy(self.queries[query_id])
        query["visualizations"] = [self._bare(v) for v in self.visualizations.values() if v["query_id"] == query_id]
        return query

    def save_query(self, query_id: int, body: Json) -> Json:
        if not body.keys() <= QUERY_FIELDS | {"is_archived"}:
            raise broken()
        self.queries[query_id].update(jsonb(body))
        self.queries[query_id]["version"] += 1
        return self.query(query_id)

    def archive_query(self, query_id: int) -> None:
        self.queries[query_id].update(is_archived=True, schedule=None)
        shown = {v["id"] for v in self.visualizations.values() if v["query_id"] == query_id}
        self.widgets = {i: w for i, w in self.widgets.items() if w["visualization_id"] not in shown}

    def run_scheduler(self) -> None:
        """A schedule without all its four keys is disabled when it is first looked at."""
        for query in self.queries.values():
            if query["schedule"] and not query["schedule"].keys() >= SCHEDULE_KEYS:
                query["schedule"]["disabled"] = True

    def execute(self, query_id: int, body: Json) -> Json:
        query, given = self.queries[query_id], body.get("parameters", {})
        for each in query["options"].get("parameters", []):
            self._check_parameter(each, given)
        names = {name.strip() for name in re.findall(r"{{(.*?)}}", query["query"])}
        if missing := sorted(names - given.keys()):
            raise Answered(400, {"job": {"status": 4, "error": f"Missing parameter value for: {', '.join(missing)}"}})
        text = re.sub(r"{{\s*(\w+)\s*}}", lambda found: str(given[str(found[1])]), str(query["query"]))
        if body.get("max_age", -1) != 0 and text in self.results:
            return {"query_result": {"id": 1, "data": {"columns": [], "rows": []}}}
        job: Json = {"id": f"job-{len(self.jobs) + 1}", "status": 1, "error": "", "text": text, "query": query_id}
        self.jobs[job["id"]] = job
        return {"job": self._job(job)}

    def execute_text(self, body: Json) -> Json:
        """A query that is none of those saved; `shop_status` answers it."""
        if body["data_source_id"] not in self.sources:
            raise broken()
        self.asked.append(body["query"])
        return {"job": {"id": "text", "status": 3, "error": "", "query_result_id": len(self.asked)}}

    def result(self, number: int) -> Json:
        status = self.shop_status[min(number, len(self.shop_status)) - 1]
        return {"query_result": {"id": number, "data": {"rows": [{"settled": status != "catching_up"}]}}}

    def job(self, job_id: str) -> Json:
        job = self.jobs[job_id]
        if job["status"] == 2:
            error = next((said for part, said in self.failing.items() if part in job["text"]), "")
            job.update(status=4 if error else 3, error=error)
            if error:
                raise broken()  # once, when the answer is asked for just as the query fails
            if not error:
                self.results.add(job["text"])
                self.queries[job["query"]]["latest_query_data_id"] = len(self.results)
        elif job["status"] == 1:
            job["status"] = 2
        return {"job": self._job(job)}

    def _check_parameter(self, parameter: Json, given: Json) -> None:
        value = given.get(parameter["name"])
        if parameter["type"] == "query" and self.queries[parameter["queryId"]]["latest_query_data_id"] is None:
            raise broken()  # the list has no result to look the value up in
        if parameter["type"] == "enum" and value not in parameter["enumOptions"].split("\n"):
            told = f"The following parameter values are incompatible with their definitions: {parameter['name']}"
            raise Answered(400, {"message": told})

    @staticmethod
    def _job(job: Json) -> Json:
        return {"id": job["id"], "status": job["status"], "error": job["error"], "query_result_id": None}

    # --- visualizations

    def new_visualization(self, body: Json) -> Json:
        if not {"query_id", "type", "name"} <= body.keys():
            raise broken()
        visualization = jsonb({"id": next(self._ids["visualization"]), "description": "", "options": {}, **body})
        self.visualizations[visualization["id"]] = visualization
        return self._bare(visualization)

    def save_visualization(self, visualization_id: int, body: Json) -> Json:
        self.visualizations[visualization_id].update(
            jsonb({k: v for k, v in body.items() if k not in {"id", "query_id"}})
        )
        return self._bare(self.visualizations[visualization_id])

    def delete_visualization(self, visualization_id: int) -> None:
        del self.visualizations[visualization_id]
        self.widgets = {i: w for i, w in self.widgets.items() if w["visualization_id"] != visualization_id}

    @staticmethod
    def _bare(visualization: Json) -> Json:
        return {name: copy.deepcopy(value) for name, value in visualization.items() if name != "query_id"}

    # --- dashboards

    def new_dashboard(self, body: Json) -> Json:
        dashboard = {
            "id": next(self._ids["dashboard"]), "name": body["name"], "is_draft": True, "is_archived": False,
            "tags": [], "options": {}, "layout": [], "dashboard_filters_enabled": False, "version": 1,
        }  # fmt: skip
        self.slugs[self._free_slug(body["name"])] = dashboard["id"]
        self.dashboards[dashboard["id"]] = dashboard
        return copy.deepcopy(dashboard) | {"widgets": None}

    def dashboard(self, dashboard_id: int) -> Json:
        """Archived ones as well."""
        widgets = [self._widget(w) for w in self.widgets.values() if w["dashboard_id"] == dashboard_id]
        return copy.deepcopy(self.dashboards[dashboard_id]) | {"widgets": widgets}

    def dashboard_of_slug(self, slug: str) -> Json:
        """The slug is made when the dashboard is, and stays."""
        return self.dashboard(self.slugs[slug])

    def _free_slug(self, name: str) -> str:
        slug = re.sub(r"[^a-z0-9_\-]+", "-", name.lower())
        numbered = (f"{slug}_{number}" for number in count(1))
        return slug if slug not in self.slugs else next(each for each in numbered if each not in self.slugs)

    def save_dashboard(self, dashboard_id: int, body: Json) -> Json:
        self.dashboards[dashboard_id].update(jsonb({k: v for k, v in body.items() if k in DASHBOARD_FIELDS}))
        return self.dashboard(dashboard_id)

    def archive_dashboard(self, dashboard_id: int) -> None:
        self.dashboards[dashboard_id]["is_archived"] = True

    # --- widgets

    def new_widget(self, body: Json) -> Json:
        if "visualization_id" not in body:
            raise broken()
        widget = {"id": next(self._ids["widget"]), "text": "", "width": 1, "options": {}, **body}
        self.widgets[widget["id"]] = jsonb(widget)
        return self._widget(widget)

    def save_widget(self, widget_id: int, body: Json) -> Json:
        if not {"text", "options"} <= body.keys():
            raise broken()
        self.widgets[widget_id].update(text=body["text"], options=jsonb(body["options"]))
        return self._widget(self.widgets[widget_id])

    def delete_widget(self, widget_id: int) -> None:
        del self.widgets[widget_id]

    def _widget(self, widget: Json) -> Json:
        told = copy.deepcopy({name: value for name, value in widget.items() if name != "visualization_id"})
        if widget["visualization_id"] in self.visualizations:
            visualization = self.visualizations[widget["visualization_id"]]
            told["visualization"] = self._bare(visualization) | {
                "query": copy.deepcopy(self.queries[visualization["query_id"]])
            }
        return told

    # --- what people do in the browser

    def fork_query(self, query_id: int) -> Json:
        """A copy has the tags and options of its original, and copies of its visualizations."""
        old = self.queries[query_id]
        copied = {**copy.deepcopy(old), "id": next(self._ids["query"]), "name": f"Copy of (#{query_id}) {old['name']}"}
        self.queries[copied["id"]] = copied
        for each in [v for v in self.visualizations.values() if v["query_id"] == query_id]:
            self.new_visualization({**each, "id": next(self._ids["visualization"]), "query_id": copied["id"]})
        return self.query(copied["id"])

    def fork_dashboard(self, dashboard_id: int) -> Json:
        """A copy has the tags and the layout of its original, not its options; its widgets have theirs."""
        old = self.dashboards[dashboard_id]
        copied = self.new_dashboard({"name": f"Copy of (#{dashboard_id}) {old['name']}"})
        self.dashboards[copied["id"]] |= {"tags": list(old["tags"]), "layout": copy.deepcopy(old["layout"])}
        for each in [w for w in self.widgets.values() if w["dashboard_id"] == dashboard_id]:
            self.new_widget({**each, "id": next(self._ids["widget"]), "dashboard_id": copied["id"]})
        return self.dashboard(copied["id"])
