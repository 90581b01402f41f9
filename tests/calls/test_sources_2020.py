"""Every sentence of the two founding documents of the 2020 call is listed and carried by something that exists."""

import pytest

from hanse.callbook.calls import call_folder, read_call
from hanse.callbook.lint import lint

CALL = "COS-CLUSINT-2020-3-01"
SENTENCES = {"news": 12, "newsletter": 35}
"""How many sentences, headlines and lines of navigation each document has, counted by hand."""


@pytest.mark.parametrize(("document", "count"), SENTENCES.items())
def test_no_sentence_is_left_out(document: str, count: int) -> None:
    sentences = read_call(CALL).sources[document].sentences
    assert [sentence.number for sentence in sentences] == list(range(1, count + 1))


@pytest.mark.parametrize("document", SENTENCES)
def test_a_sentence_is_named_by_its_first_words_and_told_in_ours(document: str) -> None:
    for sentence in read_call(CALL).sources[document].sentences:
        assert len(sentence.opening.split()) <= 8
        assert sentence.says.endswith(".")
        assert not sentence.says.startswith(sentence.opening)


def test_whatever_carries_a_sentence_exists() -> None:
    assert [remark for remark in lint(call_folder(CALL)) if "carried_by" in remark.key] == []


def test_every_rule_of_the_call_cites_a_source_that_is_listed() -> None:
    call = read_call(CALL)
    assert {rule.citation.source for rule in call.rules if rule.citation} <= set(call.sources)
    assert all(rule.citation for rule in call.rules)


def test_every_rule_from_a_founding_document_is_named_by_one_of_its_sentences() -> None:
    call = read_call(CALL)
    carried = {
        target.partition(":")[2]
        for document in SENTENCES
        for sentence in call.sources[document].sentences
        for target in sentence.carried_by
    }
    founded = {rule.id for rule in call.rules if rule.citation and rule.citation.source in SENTENCES}
    assert founded <= carried
