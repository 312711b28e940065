"""What Redash's browser side assumes for options that are not stored, by type of visualization (25.8.0 and 26.3.0).

Saving in its editor stores all of them; knowing them, `pull` brings back only what a person chose.
"""

from __future__ import annotations

from typing import Any

_CHART: dict[str, Any] = {
    "globalSeriesType": "column",
    "sortX": True,
    "legend": {"enabled": True, "placement": "auto", "traceorder": "normal"},
    "xAxis": {"type": "-", "labels": {"enabled": True}, "title": ""},
    "yAxis": [{"type": "linear", "title": ""}, {"type": "linear", "opposite": True, "title": ""}],
    "alignYAxesAtZero": False,
    "error_y": {"type": "data", "visible": True},
    "series": {"stacking": None, "error_y": {"type": "data", "visible": True}},
    "seriesOptions": {},
    "valuesOptions": {},
    "columnMapping": {},
    "direction": {"type": "counterclockwise"},
    "sizemode": "diameter",
    "coefficient": 1,
    "piesort": True,
    "color_scheme": "Redash",
    "lineShape": "linear",
    "numberFormat": "0,0[.]00000",
    "percentFormat": "0[.]00%",
    "textFormat": "",
    "enableLink": False,
    "linkOpenNewTab": True,
    "linkFormat": "",
    "missingValuesAsZero": True,
}

_COUNTER: dict[str, Any] = {
    "counterLabel": "",
    "counterColName": "counter",
    "rowNumber": 1,
    "targetRowNumber": 1,
    "stringDecimal": 0,
    "stringDecChar": ".",
    "stringThouSep": ",",
    "tooltipFormat": "0,0.000",
}

_FUNNEL: dict[str, Any] = {
    "stepCol": {"colName": None, "displayAs": "Steps"},
    "valueCol": {"colName": None, "displayAs": "Value"},
    "autoSort": True,
    "sortKeyCol": {"colName": None, "reverse": False},
    "itemsLimit": 100,
    "percentValuesRange": {"min": 0.01, "max": 1000},
    "numberFormat": "0,0[.]00",
    "percentFormat": "0[.]00%",
}

_COHORT: dict[str, Any] = {
    "timeInterval": "daily",
    "mode": "diagonal",
    "dateColumn": "date",
    "stageColumn": "day_number",
    "totalColumn": "total",
    "valueColumn": "value",
    "showTooltips": True,
    "percentValues": True,
    "timeColumnTitle": "Time",
    "peopleColumnTitle": "Users",
    "stageColumnTitle": "{{ @ }}",
    "numberFormat": "0,0[.]00",
    "percentFormat": "0.00%",
    "noValuePlaceholder": "-",
    "colors": {"min": "#ffffff", "max": "#002FB4", "steps": 7},
}

_MAP: dict[str, Any] = {
    "latColName": "lat",
    "lonColName": "lon",
    "classify": None,
    "groups": {},
    "mapTileUrl": "//{s}.tile.openstreetmap.org/{z}/{x}/{y}.png",
    "clusterMarkers": True,
    "customizeMarkers": False,
    "iconShape": "marker",
    "iconFont": "circle",
    "foregroundColor": "#ffffff",
    "backgroundColor": "#356AFF",
    "borderColor": "#356AFF",
    "bounds": None,
    "tooltip": {"enabled": False, "template": ""},
    "popup": {"enabled": True, "template": ""},
}

_CHOROPLETH: dict[str, Any] = {
    "mapType": "countries",
    "keyColumn": None,
    "targetField": None,
    "valueColumn": None,
    "clusteringMode": "e",
    "steps": 5,
    "valueFormat": "0,0.00",
    "noValuePlaceholder": "N/A",
    "colors": {
        "min": "#799CFF",
        "max": "#002FB4",
        "background": "#ffffff",
        "borders": "#ffffff",
        "noValue": "#dddddd",
    },
    "legend": {"visible": True, "position": "bottom-left", "alignText": "right"},
    "tooltip": {"enabled": True, "template": "<b>{{ @@name }}</b>: {{ @@value }}"},
    "popup": {
        "enabled": True,
        "template": "Country: <b>{{ @@name_long }} ({{ @@iso_a2 }})</b>\n<br>\nValue: <b>{{ @@value }}</b>",
    },
}

_PIVOT: dict[str, Any] = {
    "controls": {"enabled": False},
    "rendererOptions": {"table": {"colTotals": True, "rowTotals": True}},
    "rowOrder": "key_a_to_z",
    "colOrder": "key_a_to_z",
    "valueFilter": {},
    "sorters": {},
    "derivedAttributes": {},
    "hiddenAttributes": [],
    "hiddenFromAggregators": [],
    "hiddenFromDragDrop": [],
    "menuLimit": 500,
    "unusedOrientationCutoff": 85,
}

_DEFAULTS: dict[str, dict[str, Any]] = {
    "CHART": _CHART,
    "COUNTER": _COUNTER,
    "FUNNEL": _FUNNEL,
    "COHORT": _COHORT,
    "MAP": _MAP,
    "CHOROPLETH": _CHOROPLETH,
    "TABLE": {"itemsPerPage": 25, "paginationSize": "default"},
    "PIVOT": _PIVOT,
    "WORD_CLOUD": {
        "column": "",
        "frequenciesColumn": "",
        "wordLengthLimit": {"min": None, "max": None},
        "wordCountLimit": {"min": None, "max": None},
    },
}

_DISPLAY = {"integer": "number", "float": "number", "boolean": "boolean", "date": "datetime", "datetime": "datetime"}


def option_defaults(kind: str, options: dict[str, Any], formats: dict[str, Any]) -> dict[str, Any]:
    """The options of a type that go without saying; `formats` is the session's client_config."""
    defaults = dict(_DEFAULTS.get(kind, {}))
    if kind == "CHART":
        defaults["showDataLabels"] = options.get("globalSeriesType") == "pie"
        defaults["dateTimeFormat"] = formats.get("dateTimeFormat")
    return defaults


def column_defaults(column: dict[str, Any], formats: dict[str, Any]) -> dict[str, Any]:
    """What goes without saying for a column of a table; its type is the one that Redash stored with it."""
    kind = column.get("type")
    return {
        "type": kind,
        "title": column.get("name"),
        "displayAs": _DISPLAY.get(str(kind), "string"),
        "visible": True,
        "order": column.get("order"),
        "allowSearch": False,
        "alignContent": "right" if kind in _DISPLAY else "left",
        "allowHTML": False,
        "highlightLinks": False,
        "description": "",
        "dateTimeFormat": {"date": formats.get("dateFormat"), "datetime": formats.get("dateTimeFormat")}.get(str(kind)),
        "numberFormat": {"integer": formats.get("integerFormat"), "float": formats.get("floatFormat")}.get(str(kind)),
        "nullValue": formats.get("nullValue"),
        "booleanValues": formats.get("booleanValues") or ["false", "true"],
        "imageUrlTemplate": "{{ @ }}",
        "imageTitleTemplate": "{{ @ }}",
        "imageWidth": "",
        "imageHeight": "",
        "linkUrlTemplate": "{{ @ }}",
        "linkTextTemplate": "{{ @ }}",
        "linkTitleTemplate": "{{ @ }}",
        "linkOpenInNewTab": True,
    }
