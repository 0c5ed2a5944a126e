"""Makes a small file of the outlines of California's 58 counties, from a map of all counties.

    npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz
    python scripts/maps/california.py package/counties-10m.json

The source is TopoJSON: borders are arcs, which counties share. Each arc is simplified once, so that
neighbours still meet; the result is plane, in the units of its view box.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parents[2] / "clearance" / "report" / "map" / "california.json"
NOTICE = (
    "County outlines: U.S. Census Bureau, cartographic boundary files, 2017 (public domain), from "
    "us-atlas 3.0.1, copyright 2013-2019 Michael Bostock (ISC licence), simplified."
)
CALIFORNIA = "06"
WIDTH = 400
# Of a point, in units of the view box.
TOLERANCE = 0.35

Point = tuple[float, float]


def main(source: Path) -> None:
    """Write the outlines.

    Args:
        source: `counties-10m.json`.
    """
    atlas = json.loads(source.read_text(encoding="utf-8"))
    counties = [
        one
        for one in atlas["objects"]["counties"]["geometries"]
        if str(one["id"]).startswith(CALIFORNIA)
    ]
    used = {at if at >= 0 else ~at for one in counties for at in _numbers(one["arcs"])}
    plane = {at: [_projected(*point) for point in _arc(atlas, at)] for at in used}
    left = min(x for arc in plane.values() for x, _ in arc)
    top = min(y for arc in plane.values() for _, y in arc)
    scale = WIDTH / (max(x for arc in plane.values() for x, _ in arc) - left)
    placed = {
        at: [((x - left) * scale, (y - top) * scale) for x, y in arc] for at, arc in plane.items()
    }
    height = max(y for arc in placed.values() for _, y in arc)
    arcs = {at: _simplified(arc) for at, arc in placed.items()}
    paths = {one["properties"]["name"].upper(): _path(one, arcs) for one in counties}
    made = {
        "notice": NOTICE,
        "width": WIDTH,
        "height": math.ceil(height),
        "counties": dict(sorted(paths.items())),
    }
    OUT.write_text(json.dumps(made, indent=0) + "\n", encoding="utf-8")


def _numbers(arcs: Any) -> list[int]:
    return [arcs] if isinstance(arcs, int) else [at for one in arcs for at in _numbers(one)]


def _arc(atlas: dict[str, Any], number: int) -> list[Point]:
    """An arc's points in degrees; the file has steps from each to the next."""
    (kx, ky), (x0, y0) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    x, y, found = 0, 0, []
    for dx, dy in atlas["arcs"][number]:
        x, y = x + dx, y + dy
        found.append((x * kx + x0, y * ky + y0))
    return found


def _projected(longitude: float, latitude: float) -> Point:
    """Points in Albers' equal-area projection, with the parallels of the state's official map."""
    first, second, middle, meridian = (math.radians(d) for d in (34.0, 40.5, 37.5, -120.0))
    n = (math.sin(first) + math.sin(second)) / 2
    c = math.cos(first) ** 2 + 2 * n * math.sin(first)

    def distance(of: float) -> float:
        return math.sqrt(c - 2 * n * math.sin(of)) / n

    angle = n * (math.radians(longitude) - meridian)
    radius = distance(math.radians(latitude))
    return radius * math.sin(angle), radius * math.cos(angle) - distance(middle)


def _simplified(arc: list[Point]) -> list[Point]:
    """The points without those that lie near the line between others (Douglas and Peucker)."""
    if arc[0] == arc[-1] and len(arc) > 3:  # a ring: no line between its ends
        half = len(arc) // 2
        return _simplified(arc[: half + 1])[:-1] + _simplified(arc[half:])
    kept, rest = {0, len(arc) - 1}, [(0, len(arc) - 1)]
    while rest:
        first, last = rest.pop()
        away = [(_off(arc[at], arc[first], arc[last]), at) for at in range(first + 1, last)]
        far, at = max(away, default=(0.0, 0))
        if far > TOLERANCE:
            kept.add(at)
            rest += [(first, at), (at, last)]
    return [arc[at] for at in sorted(kept)]


def _off(point: Point, one: Point, other: Point) -> float:
    (x, y), (x1, y1), (x2, y2) = point, one, other
    length = math.hypot(x2 - x1, y2 - y1)
    if not length:
        return math.hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def _path(county: dict[str, Any], arcs: dict[int, list[Point]]) -> str:
    polygons = county["arcs"] if county["type"] == "MultiPolygon" else [county["arcs"]]
    rings = [_ring(ring, arcs) for polygon in polygons for ring in polygon]
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings if len(ring) > 3
    )


def _ring(numbers: list[int], arcs: dict[int, list[Point]]) -> list[Point]:
    ring: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


if __name__ == "__main__":
    main(Path(sys.argv[1]))
