"""The page of a call: what it says, how it reads as text, and that its HTML is sound for everyone."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from hanse.callbook.calls import CALLS, call_names, read_call
from hanse.callbook.new_call import write_new_call
from hanse.callbook.page.as_html import as_html
from hanse.callbook.page.as_json import as_json
from hanse.callbook.page.as_text import as_text
from hanse.callbook.page.sections import HEADINGS, page_of
from hanse.callbook.page.style import STYLE
from hanse.callbook.page.values import Page, View
from hanse.core.call import (
    AwardCriterion,
    Call,
    CountryTerms,
    PartialPlace,
    Source,
    TieBreak,
    TieBreakKind,
    Transfer,
    Treatment,
)
from hanse.core.values.citation import Citation, Stated
from hanse.core.values.countries import Basis
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.core.values.window import Window

VOID = {"meta", "br"}
ATHENS = View("Europe/Athens")


class Outline(HTMLParser):
    """The elements of a document in order, with the check that every one is closed where it should be."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(document)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Call:
    """The call of the template, with its assumptions."""
    folder = tmp_path_factory.mktemp("calls") / "example"
    write_new_call(folder)
    return read_call(str(folder), assume=True)


@pytest.mark.parametrize("assume", [False, True], ids=["as stated", "assumed"])
@pytest.mark.parametrize("name", call_names())
def test_the_html_of_every_call_is_sound(name: str, assume: bool) -> None:
    found = Outline(as_html(page_of(read_call(name, assume), ATHENS)))
    assert found.all("html") == [{"lang": "en"}]
    assert [len(found.all(tag)) for tag in ("h1", "main", "header", "nav", "footer", "title")] == [1] * 6
    assert found.all("script") == found.all("link") == found.all("img") == []
    ids = [attributes["id"] for _, attributes in found.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = [attributes["href"] for attributes in found.all("a")]
    assert anchors[0] == "#content"
    assert {anchor[1:] for anchor in anchors if anchor.startswith("#")} <= set(ids)
    assert all(anchor.startswith(("#", "https://", "http://")) for anchor in anchors)
    labels = [attributes["aria-labelledby"] for _, attributes in found.found if "aria-labelledby" in attributes]
    assert set(labels) <= set(ids)
    assert len(found.all("caption")) == len(found.all("table")) > 0
    assert {attributes["scope"] for attributes in found.all("th")} == {"col", "row"}


@pytest.mark.parametrize("name", call_names())
def test_every_call_fills_every_section_and_shows_every_rule_and_source(name: str) -> None:
    call = read_call(name)
    page = page_of(call, ATHENS)
    assert [section.heading for section in page.sections][: len(HEADINGS)] == list(HEADINGS.values())
    text = " ".join(as_text(page, 100).split())
    for words in (*(rule.text for rule in call.rules), *(source.title for source in call.sources.values())):
        assert " ".join(words.split()) in text
    for statement in call.statements:
        assert " ".join(statement.text.split()) in text


@pytest.mark.parametrize("name", call_names())
def test_no_page_knows_a_particular_call(name: str) -> None:
    for module in (CALLS.parent / "page").glob("*.py"):
        assert name not in module.read_text("utf-8")


def test_headings_never_skip_a_level(call: Call) -> None:
    levels = [int(tag[1]) for tag, _ in Outline(as_html(page_of(call, ATHENS))).found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_what_comes_from_a_call_is_escaped(call: Call) -> None:
    nasty = '<script>alert("x")</script>&amp;'
    hostile = replace(
        call,
        title=nasty,
        programme=nasty,
        strands=tuple(replace(strand, title=nasty, scope=nasty) for strand in call.strands),
        rules=tuple(replace(rule, text=nasty, parameters={nasty: nasty}) for rule in call.rules),
        statements=tuple(replace(statement, text=nasty) for statement in call.statements),
        sources={"call-text": Source("call-text", nasty, f"javascript:{nasty}", nasty)},
    )
    found = Outline(as_html(page_of(hostile, ATHENS)))
    assert found.all("script") == []
    assert not any("javascript" in attributes.get("href", "") for attributes in found.all("a"))


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_reach_the_contrast_of_level_aa_in_both_schemes(scheme: int) -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[scheme]))
    for ink in ("ink", "quiet", "accent", "open"):
        for ground in ("paper", "panel", "open-panel"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for ink in ("head-ink", "head-quiet"):
        assert contrast(colours[ink], colours["head"]) >= 4.5, ink


def text_of(call: Call, view: View = ATHENS, width: int = 90) -> str:
    return as_text(page_of(call, view), width)


def test_the_deadline_stands_in_the_calls_zone_the_readers_and_utc(call: Call) -> None:
    lines = text_of(call).splitlines()
    start = lines.index("The deadline in local time")
    assert [" ".join(line.split()) for line in lines[start + 3 : start + 6]] == [
        "Brussels (the call) Tuesday 16 April 2030 17:00 UTC+02:00",
        "Athens (your zone) Tuesday 16 April 2030 18:00 UTC+03:00",
        "UTC Tuesday 16 April 2030 15:00 UTC+00:00",
    ]


@pytest.mark.parametrize(
    ("zone", "row"),
    [
        ("Pacific/Auckland", "Auckland (your zone) Wednesday 17 April 2030 03:00 UTC+12:00"),
        ("America/St_Johns", "St Johns (your zone) Tuesday 16 April 2030 12:30 UTC-02:30"),
        ("Asia/Kathmandu", "Kathmandu (your zone) Tuesday 16 April 2030 20:45 UTC+05:45"),
    ],
)
def test_far_zones_show_their_own_day_and_odd_offsets(call: Call, zone: str, row: str) -> None:
    assert row in " ".join(text_of(call, View(zone)).split())


def test_a_reader_in_the_calls_own_zone_or_in_utc_sees_no_row_twice(call: Call) -> None:
    assert "(your zone)" not in text_of(call, View("Europe/Brussels"))
    assert text_of(call, View("UTC")).count("UTC+00:00") == 1
    assert text_of(call, View("Etc/UTC")).count("UTC+00:00") == 1


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (datetime(2030, 1, 14, 22, 59, tzinfo=UTC), "not open yet; opens on 15 January 2030"),
        (datetime(2030, 1, 14, 23, tzinfo=UTC), "open; 91 days, 16 hours left"),
        (datetime(2030, 4, 16, 13, 58, 30, tzinfo=UTC), "open; 1 hour, 1 minute left"),
        (datetime(2030, 4, 16, 14, 59, 59, tzinfo=UTC), "open; less than a minute left"),
        (datetime(2030, 4, 16, 15, tzinfo=UTC), "open; less than a minute left"),
        (datetime(2030, 4, 16, 15, 0, 1, tzinfo=UTC), "closed"),
    ],
)
def test_the_status_counts_to_the_deadline(call: Call, now: datetime, status: str) -> None:
    assert f"Status              {status}" in text_of(call, View("UTC", now))


def test_without_an_instant_there_is_no_status(call: Call) -> None:
    assert "Status" not in text_of(call)


def with_window(call: Call, **changed: Any) -> Call:
    return replace(call, window=replace(call.window, **changed))


def test_a_deadline_without_hour_or_day_says_so(call: Call) -> None:
    now = View("UTC", datetime(2030, 4, 16, 12, tzinfo=UTC))
    hourless = with_window(call, closes_at=Unknown("the hour"))
    assert "Closes              16 April 2030 [1.2] the hour is not stated" in text_of(hourless, now)
    assert "not known: the sources do not state the day or the hour" in text_of(hourless, now)
    early = View("UTC", datetime(2030, 4, 15, tzinfo=UTC))
    assert "open; the hour of the deadline is not stated" in text_of(hourless, early)
    dayless = with_window(hourless, closes_on=Unknown("the day"))
    assert "Deadline  not stated (the day)" in text_of(dayless)


def test_the_closing_instant_is_in_time_late_or_open(call: Call) -> None:
    assert "received at exactly 17:00:00 is in time: not stated and read as in time (assumed" in text_of(
        call, width=200
    )
    assert "exactly 17:00:00 is in time." in text_of(with_window(call, closing_instant_counts=True))
    assert "exactly 17:00:00 is late." in text_of(with_window(call, closing_instant_counts=False))


def test_money_is_grouped_and_carries_its_citation_estimate_and_assumption(call: Call) -> None:
    page = text_of(call, width=140)
    assert "2\u00a0000\u00a0000\u00a0EUR [1.1] estimated" in page
    assert "5 (assumed, a)" in page
    assert "a. the envelope divided by the maximum for one project" in page
    assert "24 to 36 [1.4]" in page
    assert "up to 24 [1.4]" in page


def test_durations_read_naturally_whatever_is_known(call: Call) -> None:
    def months(least: Any, most: Any) -> str:
        first = replace(call.strands[0], min_months=Stated(least), max_months=Stated(most))
        return text_of(replace(call, strands=(first, *call.strands[1:])), width=140)

    assert " from 6 " in months(6, NOT_STATED)
    assert " not stated " in months(NOT_STATED, NOT_STATED)
    assert " 36 " in months(36, 36)


def test_what_a_call_may_leave_out_leaves_no_trace(call: Call) -> None:
    bare = replace(
        call,
        authority="",
        statements=(),
        edition_date=NOT_STATED,
        countries=CountryTerms(),
        transfers=(Transfer("small", Unknown("where"), "money is left"),),
        strands=tuple(replace(strand, scope="", envelope="main") for strand in call.strands),
        rules=call.rules[-1:],
        sources={},
    )
    page = text_of(bare, width=100)
    assert "Granting authority" not in page
    assert "the sources at hand say nothing on this" in page
    assert "so entry into force is used (assumed: the later of the two events)" in " ".join(page.split())
    assert "Money left in envelope small moves when money is left. Where to: not stated (where)" in " ".join(
        page.split()
    )
    assert "Strands A and B share one envelope." in page
    assert "1. call-text" in page


def test_treatments_with_one_reason_share_a_row(call: Call) -> None:
    rows = tuple(Treatment(code, "EU", False, "They left.") for code in ("GB", "GL"))
    terms = replace(call.countries, treatments=rows, basis=Basis.SIGNATURE)
    view = replace(ATHENS, country={"GB": "United Kingdom", "GL": "Greenland"}.__getitem__)
    page = text_of(replace(call, countries=terms), view, 120)
    assert "United Kingdom, Greenland" in page
    assert page.count("They left.") == 1
    assert "An agreement counts from  its signature" in page


def test_judging_shows_criteria_tie_breaks_and_the_last_place(call: Call) -> None:
    award = replace(
        call.award,
        criteria=Stated((AwardCriterion("q", "Quality", Decimal(5), Decimal(3), Decimal("1.5")),), assumed="a guess"),
        tie_breaks=Stated(
            (
                TieBreak(TieBreakKind.CRITERION, "q"),
                TieBreak(TieBreakKind.OFFICER, text="The panel decides", citation=Citation("call-text", "section 8")),
            ),
            assumed="a choice",
        ),
        partial_place=Stated(PartialPlace.STOP),
    )
    page = text_of(replace(call, award=award), width=120)
    assert "Quality              5          3     1.5" in page
    assert "as listed above (assumed: a guess)" in page
    assert "are put in order by: (assumed: a choice)" in page
    assert "1. more points on Quality" in page
    assert "2. The panel decides [1" in page
    assert "is not funded, and the list ends there" in page
    unknown = replace(award, criteria=Stated(Unknown("criteria")), tie_breaks=Stated(Unknown("ties")))
    silent = text_of(replace(call, award=unknown), width=120)
    assert "not stated (criteria)" in silent
    assert "not stated (ties)" in silent


def test_a_rule_shows_its_particulars_and_what_is_unknown_in_them(call: Call) -> None:
    rule = replace(
        call.rules[0], assumed="a reading", parameters={"consequence": {"unknown": "who falls"}, "roles": ["x_y"]}
    )
    page = text_of(replace(call, rules=(rule,)), width=120)
    assert "(assumed: a reading)" in page
    assert "Consequence  not stated (who falls)" in page
    assert "Roles        x y" in page


@pytest.mark.parametrize("width", [1, 40, 41, 55, 72, 80, 81, 100, 140])
def test_no_line_is_wider_than_asked_but_for_a_word_that_cannot_break(width: int, template_page: Page) -> None:
    room = max(width, 40)
    for line in as_text(template_page, width).splitlines():
        assert len(line) <= room or len(line.split()) <= 2, line


@pytest.fixture(scope="module")
def template_page(call: Call) -> Page:
    """The template's page, built once."""
    return page_of(call, ATHENS)


def test_a_table_too_wide_for_the_window_is_written_row_by_row(call: Call) -> None:
    page = text_of(call, width=40)
    assert "Strand A [1.4]" in page
    assert "  Envelope: 2\u00a0000\u00a0000\u00a0EUR [1.1]" in page


def test_colour_is_added_only_when_asked(template_page: Page) -> None:
    assert "\x1b" not in as_text(template_page)
    coloured = as_text(template_page, colour=True)
    assert "\x1b[1mUNTIL WHEN\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == as_text(template_page)


def test_json_holds_the_whole_page_under_stable_keys(call: Call, template_page: Page) -> None:
    content = json.loads(as_json(template_page, call))
    assert list(content) == [
        "call", "edition", "title", "programme", "assumptions", "facts", "sections", "sources",
    ]  # fmt: skip
    assert [section["id"] for section in content["sections"]][:3] == ["what", "who", "how-much"]
    kinds = {block["type"] for section in content["sections"] for block in section["blocks"]}
    assert kinds == {"paragraph", "points", "table", "pairs", "rule"}
    assert content["sources"][0]["clauses"][0] == "section 4"


def test_a_source_that_only_carries_sentences_is_listed_last(call: Call) -> None:
    more = replace(call, sources={"first": Source("first", "Read but not cited"), **call.sources})
    assert [note.title for note in page_of(more, ATHENS).sources][-1] == "Read but not cited"


def test_a_single_place_in_a_source_is_named_beside_it(call: Call) -> None:
    single = replace(
        call, rules=(), statements=(), strands=(), envelopes=(), transfers=(), window_citation=None,
        award=replace(call.award, criteria=Stated(NOT_STATED), overall_threshold=Stated(NOT_STATED),
                      step=Stated(NOT_STATED), tie_breaks=Stated(NOT_STATED)),
    )  # fmt: skip
    page = page_of(single, ATHENS)
    assert page.labels == {Citation("call-text", "section 4"): "1"}
    assert "Cited: section 4" in as_text(page)
    assert "Cited: section 4" in as_html(page)


def test_a_deadline_with_seconds_shows_them(call: Call) -> None:
    window = Window(date(2030, 1, 1), date(2030, 4, 16), time(16, 59, 59), "Europe/Brussels", True)
    assert "16:59:59" in text_of(replace(call, window=window))
