"""retriever/llm_parse.py: claims out of JSON that is still being written."""

from __future__ import annotations

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.llm_parse import LONGEST, ClaimReader, MalformedOutput, Wording

CLAIMS = st.lists(
    st.builds(lambda text, citations: {"text": text, "citations": citations},
              st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60), st.lists(st.integers(0, 99), min_size=1, max_size=5)),
    max_size=5,
)  # fmt: skip


def read(pieces: list[str]) -> tuple[list[Wording], ClaimReader]:
    reader = ClaimReader()
    return [claim for piece in pieces for claim in reader.feed(piece)], reader


@given(CLAIMS, st.lists(st.integers(0, 2000), max_size=40), st.sampled_from(["", "Here you are:\n```json\n", "<think>[{]</think>"]), st.booleans())
def test_claims_come_out_however_they_are_cut(claims: list[dict[str, object]], cuts: list[int], before: str, ascii_only: bool) -> None:
    text = before + json.dumps({"claims": claims}, ensure_ascii=ascii_only, indent=1) + "\n```"
    bounds = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    found, reader = read([text[a:b] for a, b in pairwise(bounds)])
    assert [claim.model_dump() for claim in found] == claims
    assert reader.done


def test_a_claim_is_given_when_its_object_is_closed() -> None:
    reader = ClaimReader()
    assert reader.feed('{"claims": [{"text": "a } ] \\" b", "citations": [1]') == []
    assert [claim.text for claim in reader.feed("}")] == ['a } ] " b']
    assert not reader.done
    assert reader.feed("]") == []
    assert reader.done
    assert reader.feed('{"text": "later", "citations": [1]}') == []


def test_a_bare_list_is_read_too() -> None:
    found, reader = read(['[{"text": "a", "citations": [1, 2]}]'])
    assert found == [Wording(text="a", citations=[1, 2])]
    assert reader.done


@pytest.mark.parametrize(
    "text",
    [
        '{"claims": ["a"]}', '{"claims": [{"text": "a"}]}', '{"claims": [{"text": "a", "citations": "all"}]}', '{"claims": [{"text": 5, "citations": [1]}]}',
        '{"claims": [{"text": "a", "citations": []}]}', '{"claims": [{"text": "", "citations": [1]}]}', '{"claims": [{text: "a"}]}',
        '{"claims": [{"text": "' + "a" * 2000 + '", "citations": [1]}]}', '{"claims": [' + "{[" * 400 + "]}" * 400,
    ],
)  # fmt: skip
def test_another_shape_is_malformed(text: str) -> None:
    with pytest.raises(MalformedOutput):
        read([text])


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(list(text))
    except MalformedOutput:
        return


def test_output_without_end_is_refused_soon() -> None:
    reader = ClaimReader()
    started = time.process_time()
    for _ in range(LONGEST):
        reader.feed("!")
    with pytest.raises(MalformedOutput):
        reader.feed(" ")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(("text", "refusal"), [("", True), ("I cannot help with that.", True), ("{}", False), ('{"claims": [', False)])
def test_a_refusal_looks_like_one(text: str, refusal: bool) -> None:
    _, reader = read([text])
    assert reader.looks_like_refusal is refusal
