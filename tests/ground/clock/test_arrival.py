"""When a request came: stamped first, never again, moved back only by a proxy that is trusted."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from hanse.ground import clock
from hanse.ground.clock import arrival
from hanse.ground.clock.arrival import Arrival
from hanse.ground.clock.middleware import StampArrival
from hanse.ground.clock.models import HighWater

LAST_DAYS = datetime(2020, 11, 29, 16, tzinfo=UTC)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Host:
    """A host whose clock and whose tick a test moves."""

    def __init__(self) -> None:
        self.clock, self.tick = NOON, 1000.0

    def now(self, _zone: Any) -> datetime:
        return self.clock

    def monotonic(self) -> float:
        return self.tick

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock += timedelta(seconds=seconds)
        self.tick += seconds

    def step(self, seconds: float) -> None:
        """Somebody sets the clock; no time passes."""
        self.clock += timedelta(seconds=seconds)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Host:
    """The host of a live site."""
    settings.MODE = "live"
    made = Host()

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]  # an instant of the host
            return made.now(tz)

    monkeypatch.setattr(arrival, "datetime", Stepped)
    monkeypatch.setattr(clock, "datetime", Stepped)
    monkeypatch.setattr(arrival, "time", type("Ticks", (), {"monotonic": staticmethod(made.monotonic)}))
    return made


def asked(header: str = "") -> tuple[HttpRequest, list[Arrival]]:
    """A request that went through the middleware, and what `arrived()` said meanwhile."""
    request, seen = HttpRequest(), []
    request.META = {"HTTP_X_REQUEST_START": header} if header else {}

    def serve(_: HttpRequest) -> HttpResponse:
        seen.append(arrival.arrived())
        return HttpResponse()

    StampArrival(serve)(request)
    return request, seen


def test_time_that_passes_is_counted_and_a_step_of_the_clock_is_not(host: Host) -> None:
    came = arrival.arrived()
    host.wait(5)
    host.step(-3600)
    assert came.at == NOON
    assert came.waited() == timedelta(seconds=5)
    assert came.now() == came.real_now() == NOON + timedelta(seconds=5)
    host.step(7200)
    assert came.now() == NOON + timedelta(seconds=5)


def test_the_request_that_is_served_keeps_its_stamp(host: Host) -> None:
    def serve(request: HttpRequest) -> HttpResponse:
        host.wait(40)
        assert arrival.arrived().at == NOON
        assert request.arrival == arrival.arrived()  # type: ignore[attr-defined]
        assert request.received_at == NOON  # type: ignore[attr-defined]
        return HttpResponse()

    StampArrival(serve)(HttpRequest())
    assert arrival.arrived().at == NOON + timedelta(seconds=40), "outside of requests it is now"


@pytest.mark.django_db
def test_a_rehearsal_shifts_the_instant_and_not_real_time() -> None:
    clock.set_clock(instant=LAST_DAYS)
    before = datetime.now(UTC)
    came = arrival.arrived()
    assert before <= came.real <= datetime.now(UTC)
    assert LAST_DAYS <= came.at < LAST_DAYS + timedelta(minutes=1)
    assert came.now() - came.real_now() < LAST_DAYS - before + timedelta(minutes=1)


def test_it_is_stamped_before_the_rehearsal_clock_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked() -> timedelta:
        raise OperationalError("database is locked")

    monkeypatch.setattr(clock, "_kept_shift", locked)
    request = HttpRequest()
    with pytest.raises(OperationalError):
        StampArrival(lambda _: HttpResponse())(request)
    came = request.arrival  # type: ignore[attr-defined]
    assert came.at == came.real, "what failed can still be told when it came"


# --- the stamp of a proxy ------------------------------------------------------------------------------------------

TEN_BEFORE = NOON.timestamp() - 10


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        (f"t={TEN_BEFORE:.3f}", 10),
        (f"{TEN_BEFORE:.3f}", 10),
        (f"t={TEN_BEFORE:.0f}", 10),
        (f"{TEN_BEFORE * 1000:.0f}", 10),
        (f"t={TEN_BEFORE * 1_000_000:.0f}", 10),
        (f" t={NOON.timestamp() - 0.25:.6f} ", 0.25),
        (f"t={NOON.timestamp() - 120:.3f}", 120),
        (f"t={NOON.timestamp() - 120.001:.3f}", 0),
        (f"t={NOON.timestamp() + 0.001:.3f}", 0),
        (f"t={NOON.timestamp() + 3600:.3f}", 0),
        ("", 0),
        ("t=", 0),
        ("t=nan", 0),
        ("t=inf", 0),
        ("t=-1606928399", 0),
        ("t=1e9", 0),
        ("t=9" + "0" * 30, 0),
        ("t=99999999999", 0),
        (f"t={TEN_BEFORE:.3f}, t={TEN_BEFORE:.3f}", 0),
        ("t=١٦٠٦٩٢٨٣٩٩", 0),
        ("yesterday", 0),
    ],
)
def test_the_stamp_of_a_trusted_proxy(header: str, waited: float, host: Host, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    request, seen = asked(header)
    came = request.arrival  # type: ignore[attr-defined]
    assert came.at == came.real == NOON - timedelta(seconds=waited)
    assert seen == [came]
    assert came.now() == NOON, "the time at the proxy has passed"


def test_without_a_proxy_nobody_moves_the_stamp(host: Host, settings: Any) -> None:
    settings.BEHIND_PROXY = False
    request, _ = asked(f"t={TEN_BEFORE:.3f}")
    assert request.received_at == NOON  # type: ignore[attr-defined]


@pytest.mark.parametrize(("header", "waited"), [("", 0), (f"t={TEN_BEFORE:.3f}", 10)])
def test_the_stamp_of_the_server_stands_and_the_wait_for_a_thread_counts_for_nobody(
    header: str, waited: float, host: Host, settings: Any
) -> None:
    settings.BEHIND_PROXY = True
    request = HttpRequest()
    request.META = {arrival.STAMP: arrival.stamp_of_host(), "HTTP_X_REQUEST_START": header}
    host.wait(200)
    StampArrival(lambda _: HttpResponse())(request)
    assert request.received_at == NOON - timedelta(seconds=waited)  # type: ignore[attr-defined]


# --- a clock that was set back --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nothing_kept_nothing_behind() -> None:
    assert clock.behind(NOON) == timedelta()


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "behind"), [(1, 0), (0, 0), (-1, 0), (-2, 0), (-2.001, 2.001), (-3600, 3600)])
def test_how_far_a_clock_that_was_set_back_is_behind(seconds: float, behind: float) -> None:
    clock.keep(NOON)
    assert clock.behind(NOON + timedelta(seconds=seconds)) == timedelta(seconds=behind)


@pytest.mark.django_db
def test_only_the_latest_instant_is_kept() -> None:
    for minutes in (0, 5, 3):
        clock.keep(NOON + timedelta(minutes=minutes))
    assert [row.latest for row in HighWater.objects.all()] == [NOON + timedelta(minutes=5)]


@pytest.mark.django_db
def test_a_host_whose_clock_is_set_back_between_requests_is_found(host: Host) -> None:
    clock.keep(arrival.arrived().real_now())
    host.wait(60)
    host.step(-600)
    assert clock.behind(arrival.arrived().real_now()) == timedelta(minutes=9)
    host.wait(600)
    assert clock.behind(arrival.arrived().real_now()) == timedelta()


def test_the_tick_is_of_the_clock_that_nobody_sets() -> None:
    before = time.monotonic()
    assert before <= arrival.stamp_of_host().tick <= time.monotonic()
