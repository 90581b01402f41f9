"""What the tags of pages come out as: words escaped, icons that exist, figures and times as people write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.safestring import SafeString

from hanse.core.values.money import Money
from hanse.ground import clock
from hanse.ground.ui.templatetags import ui

HOSTILE = "\"'><script>alert(1)</script>"
RUN = ("javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "\x01javascript:x")


def rendered(text: str, **words: Any) -> str:
    return Template(text).render(Context(words))


@pytest.mark.parametrize(
    "tag",
    [
        '{% icon "check" label=words %}',
        "{% button words name=words value=words describedby=words form=words %}",
        '{% link_button "/a" words %}',
        "{% link_button words words %}",
        '{% message "error" words words %}',
        "{% status_label words %}",
        "{% facts pairs %}",
        '{% crumbs words "/a" words %}',
        "{% timeline events %}",
        "{% quotation words words words words %}",
        "{% counters figures %}",
        "{% stepper steps now=2 %}",
        "{% progress 3 4 words %}",
        "{{ words|brussels }}{{ words|day }}{{ words|euro }}{{ words|grouped }}",
    ],
)
def test_words_of_data_never_become_markup(tag: str) -> None:
    text = rendered(
        tag,
        words=HOSTILE,
        pairs={HOSTILE: [HOSTILE, HOSTILE]},
        events=[(HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        figures=[(HOSTILE, HOSTILE, HOSTILE), (1, HOSTILE)],
        steps=[(HOSTILE, HOSTILE), HOSTILE],
    )
    assert "<script" not in text
    assert "'><" not in text
    assert HOSTILE not in text


@pytest.mark.parametrize("address", RUN)
@pytest.mark.parametrize(
    "tag",
    [
        '{% link_button address "Read" %}',
        '{% quotation "Text" "Source" address %}',
        "{% timeline events %}",
        "{% stepper steps now=2 %}",
        "{% counters figures %}",
        '{% crumbs "Calls" address "Here" %}',
    ],
)
def test_an_address_that_a_browser_would_run_is_no_link(tag: str, address: str) -> None:
    text = rendered(
        tag,
        address=address,
        events=[("now", "Title", "Text", address)],
        steps=[("One", address), "Two"],
        figures=[(1, "one", address)],
    )
    assert "href" not in text.replace('<use href="', "").replace('href="/"', "")


def test_an_icon_that_is_not_there_is_a_mistake_in_the_template() -> None:
    with pytest.raises(ValueError, match="there is no icon 'unicorn'"):
        ui.icon("unicorn")
    with pytest.raises(ValueError, match="icon size is 'huge'"):
        ui.icon("check", size="huge")


def test_an_icon_speaks_only_if_it_has_something_to_say() -> None:
    assert 'aria-hidden="true"' in ui.icon("check")
    assert 'role="img" aria-label="Met"' in ui.icon("check", label="Met")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ui.message("loud", "x"), "message tone"),
        (lambda: ui.status_label("x", "loud"), "label tone"),
        (lambda: ui.button("x", "loud"), "button kind"),
    ],
)
def test_an_unknown_tone_or_kind_is_a_mistake_in_the_template(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_only_an_error_interrupts_whoever_listens() -> None:
    assert 'role="alert"' in ui.message("error", "No")
    assert 'role="status"' in ui.message("warning", "Careful")


def test_label_and_address_of_a_link_may_change_places() -> None:
    assert ui.link_button("/calls", "Calls") == ui.link_button("Calls", "/calls")
    assert isinstance(ui.link_button("javascript:x", "y"), SafeString)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (datetime(2020, 12, 2, 16, 0, tzinfo=UTC), "2\u00a0December\u00a02020, 17:00 Brussels time"),
        (datetime(2020, 7, 1, 22, 30, tzinfo=UTC), "2\u00a0July\u00a02020, 00:30 Brussels time"),
        (None, ""),
        ("text", ""),
    ],
)
def test_instants_are_told_in_brussels_time(instant: Any, words: str) -> None:
    assert ui.brussels(instant) == words


def test_the_day_of_an_instant_is_the_day_in_brussels() -> None:
    assert ui.day(datetime(2020, 7, 1, 22, 30, tzinfo=UTC)) == "2\u00a0July\u00a02020"
    assert ui.day(date(2020, 7, 1)) == "1\u00a0July\u00a02020"
    assert ui.day(None) == ""


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (550000, "€550\u00a0000"),
        (Decimal("1234.5"), "€1\u00a0234.50"),
        (Money(100), "€1"),
        (Money(-150), "-€1.50"),
        (0, "€0"),
        (None, ""),
    ],
)
def test_amounts_are_in_euro_and_cents_only_where_there_are_some(amount: Any, words: str) -> None:
    assert ui.euro(amount).replace("\u202f", "\u00a0").replace(" ", "\u00a0") == words


def test_a_countdown_carries_the_time_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2020, 12, 1, 16, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    text = rendered("{% countdown until %}", until=now + timedelta(days=1, hours=2))
    assert "1 day, 2 hours left" in text
    assert 'datetime="2020-12-02T18:00:00+00:00"' in text
    assert 'data-now="2020-12-01T16:00:00+00:00"' in text
    assert "over" in rendered("{% countdown until %}", until=now)


def test_facts_leave_out_what_is_empty_and_list_what_is_several() -> None:
    text = rendered(
        "{% facts pairs %}",
        pairs=[("Name", "Food"), ("Vat", ""), ("Sectors", ["a", "b"]), ("None", None), ("Count", 0)],
    )
    assert text.count("<dt") == 3
    assert text.count("<dd") == 4


def test_steps_lead_back_and_never_forward() -> None:
    text = rendered("{% stepper steps now=2 %}", steps=[("One", "/1"), ("Two", "/2"), ("Three", "/3")])
    assert 'href="/1"' in text
    assert 'href="/2"' not in text
    assert 'href="/3"' not in text
    assert text.count('aria-current="step"') == 1


def test_progress_stays_between_nothing_and_all() -> None:
    assert 'value="0"' in rendered('{% progress 5 0 "Rows" %}')
    assert 'value="100"' in rendered('{% progress 7 5 "Rows" %}')


def test_the_banner_tells_what_kind_of_site_it_is() -> None:
    now = datetime(2020, 12, 1, 16, 0, tzinfo=UTC)

    def banner(mode: str, *, shifted: bool = False) -> str:
        frame = SimpleNamespace(mode=mode, clock=SimpleNamespace(now=now, shifted=shifted))
        return rendered('{% include "ui/banner.html" %}', frame=frame)

    assert "Rehearsal" not in banner("live")
    assert "Demonstration" not in banner("live")
    assert "the real time" in banner("rehearsal")
    assert "clock stands at" in banner("rehearsal", shifted=True)
    assert "Demonstration" in banner("demo", shifted=True)


def page(**words: Any) -> str:
    told = (
        '{% extends "ui/page.html" %}{% block title %}Calls{% endblock %}{% block heading %}All calls{% endblock %}'
        "{% block content %}<p>Here.</p>{% endblock %}"
    )
    return rendered(told, **words)


def test_a_page_has_one_heading_one_main_part_and_a_way_straight_to_it() -> None:
    text = page()
    assert text.count("<h1") == text.count("<main") == text.count('id="main"') == 1
    assert "<title>Calls – Hanse</title>" in text
    assert text.index('href="#main"') < text.index("<header") < text.index('id="main"') < text.index("<h1")
    assert '<html lang="en">' in text
    assert "EUPL-1.2" in text


def test_a_page_shows_its_menus_and_where_one_is() -> None:
    frame = SimpleNamespace(
        menu=[("Calls", "/calls", True), (HOSTILE, "/organisations", False)],
        user_menu=[("Sign out", "/accounts/logout/", False)],
        mode="live",
    )
    user = SimpleNamespace(is_authenticated=True, name="", email=HOSTILE)
    text = page(frame=frame, request=SimpleNamespace(user=user, path="/calls/2020"))
    assert '<a class="hanse-menu__link" href="/calls" aria-current="true">Calls</a>' in text
    assert text.count("aria-current") == 1
    assert "Signed in as" in text
    assert "<script>" not in text


def test_messages_of_every_level_are_shown() -> None:
    levels = ["debug", "info", "success", "warning", "error", ""]
    text = page(messages=[SimpleNamespace(level_tag=level, message=f"About {level} {HOSTILE}") for level in levels])
    assert text.count("hanse-message") == len(levels)
    assert text.count('role="alert"') == 1
    assert "<script>" not in text


def test_a_page_can_be_shown_when_nothing_is_known() -> None:
    told = '{% extends "ui/plain.html" %}{% block title %}Wrong{% endblock %}{% block heading %}Wrong{% endblock %}'
    text = rendered(told)
    assert text.count("<h1") == text.count("<main") == 1
    assert "<script" not in text
