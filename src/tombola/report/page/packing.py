"""Data as a page carries it: columns, each set of rows once, compressed.

A study of dozens of charts repeats settings, names and whole sets of rows; together they take a
tenth of their size. The page unpacks them by the browser's own means (`unpack.js`).
"""

import base64
import json
import zlib
from collections.abc import Iterable
from typing import Any

from tombola.report.page.chart import ShownChart


def embedded(value: Any) -> str:
    """JSON that cannot leave a script element: plain ASCII without <, > and &."""
    text = _json(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def compressed(value: Any) -> str:
    """JSON, deflated (RFC 1950), in base64: letters that can stand anywhere."""
    return base64.b64encode(zlib.compress(_json(value).encode(), 9)).decode()


def packed_charts(charts: Iterable[ShownChart]) -> dict[str, Any]:
    """Charts by their element; what several have alike (settings, rows) stands once."""
    rows: dict[str, int] = {}
    sets: list[dict[str, Any]] = []
    shown: dict[str, Any] = {}
    config: dict[str, Any] = {}
    for chart in charts:
        config = chart.spec.get("config", config)
        names = {}
        for name, data in chart.spec["datasets"].items():
            columns = in_columns(data)
            key = _json(columns)
            if key not in rows:
                rows[key] = len(sets)
                sets.append(columns)
            names[name] = rows[key]
        spec = {k: v for k, v in chart.spec.items() if k not in ("config", "datasets")}
        shown[chart.id] = {"spec": spec, "data": names, "facets": dict(chart.facets)}
    return {"charts": shown, "rows": sets, "config": config}


def in_columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as columns; what is the same in all of them stands once."""
    first = rows[0] if rows else {}
    same = {c: value for c, value in first.items() if all(row[c] == value for row in rows)}
    columns = {c: [row[c] for row in rows] for c in first if c not in same}
    return {"n": len(rows), "same": same, "columns": columns}


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
