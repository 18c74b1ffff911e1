"""kb/answerability.py: what tells a message that no article answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.answerability import (
    BUCKETS,
    NAMES,
    Exemplar,
    Landscape,
    MessageClassifier,
    Probe,
    Regression,
    bundled_regression,
    details,
    exemplars,
    features,
    fit_message,
    grams,
    ordinary,
)  # fmt: skip


@pytest.fixture
def regression() -> Regression:
    weights = np.zeros(BUCKETS, np.float32)
    weights[grams("where is my parcel")] = 2.0
    message = MessageClassifier(-1.0, weights, np.array([1.0, 0.0], np.float32))
    detail = MessageClassifier(-2.0, np.zeros(BUCKETS, np.float32), np.array([0.0, 1.0], np.float32))
    return Regression(NAMES, (-1.0, 0.0, 0.0, 1.0, 0.5), 0.5, message, detail, "made-up", 0.4)


def test_the_bundled_data_is_there_and_of_every_kind() -> None:
    kinds = {one.kind for one in exemplars()}
    assert {"personal", "others", "inject", "haggle", "advice", "oos"} <= kinds
    assert len(exemplars()) > 1000
    assert len(details()) > 200
    assert {one.kind for one in details()} == {"detail"}
    assert not {one.text for one in details()} & {one.text for one in exemplars()}
    assert all(message and sentence for message, sentence in ordinary())
    bundled = bundled_regression()
    assert bundled is not None
    assert bundled.names == NAMES
    assert 0 < bundled.threshold < 1


def test_grams_are_the_same_in_both_scripts_and_bounded() -> None:
    assert set(grams("退貨期限")) == set(grams("退货期限"))
    assert set(grams("退货期限")) != set(grams("运费多少"))
    assert max(grams("x" * 100_000)) < BUCKETS
    assert len(grams("")) > 0


def test_margin_is_higher_near_the_exemplars(hash_embedder: Any) -> None:
    embedder = hash_embedder()
    landscape = Landscape(embedder, [Exemplar("personal", "where is my own parcel"), Exemplar("oos", "write a poem")], ["what does delivery cost"])
    near, kind, cosine = landscape.margin(embedder.encode_queries(["where is my own parcel"])[0])
    far, _, _ = landscape.margin(embedder.encode_queries(["what does delivery cost"])[0])
    assert near > 0 > far
    assert kind.kind == "personal"
    assert cosine == pytest.approx(1.0, abs=1e-5)


def test_a_probe_measures_against_ordinary_messages(hash_embedder: Any) -> None:
    messages = [f"question number {word}" for word in ("one", "two", "three", "four")]
    landscape = Landscape(hash_embedder(), [Exemplar("oos", "a poem")], messages)
    found = dict(zip(messages, ([0.4, 0.2], [0.6, 0.2], [0.5, 0.2], [0.5, 0.2]), strict=True))
    probe = Probe(landscape, lambda text: np.asarray(found[text], np.float32))
    average, high = probe.features(np.array([0.5, 0.2], np.float32)), probe.features(np.array([0.9, 0.2], np.float32))
    np.testing.assert_allclose(average, [0, 0], atol=1e-4)
    assert (high > 3).all()
    assert np.isfinite(probe.features(np.zeros(0, np.float32))).all(), "a shop without chunks"


def test_probability_falls_with_the_score_and_rises_with_the_message(regression: Regression) -> None:
    vector = np.zeros(2, np.float32)
    assert regression.message.log_odds("where is my parcel", vector) > regression.message.log_odds("運費多少", vector)
    low, high = (regression.probability(np.array([score, 0, 0, 0, 0], np.float32)) for score in (-2, 2))
    assert 0 < high < low < 1
    assert regression.probability(np.array([-1e9, 0, 0, 0, 0], np.float32)) <= 1


def test_a_vector_of_another_length_is_left_out(regression: Regression) -> None:
    assert regression.message.log_odds("x", np.ones(3, np.float32)) == regression.message.log_odds("x", np.zeros(2, np.float32))


def test_a_classifier_tells_its_exemplars_from_ordinary_messages(hash_embedder: Any) -> None:
    ordinary_ones = [f"how long does delivery to {place} take" for place in ("harbour", "hills", "island", "valley")]
    fitted = fit_message(
        ordinary_ones, [Exemplar("detail", f"what is the {part} made of") for part in ("hinge", "lining", "wick", "hull")], hash_embedder()
    )
    vectors = hash_embedder().encode_queries(["what is the rudder made of", "how long does delivery to town take"])
    assert fitted.log_odds("what is the rudder made of", vectors[0]) > 0 > fitted.log_odds("how long does delivery to town take", vectors[1])


def test_the_bundled_classifier_knows_a_detail_of_another_trade() -> None:
    bundled = bundled_regression()
    assert bundled is not None
    nothing = np.zeros(0, np.float32)
    asked = [
        ("which glue holds the violin's bridge", "can I return a violin"),
        ("鋼琴嘅琴弦係咩料", "鋼琴幾時送到"),
        ("这把吉他用的是什么木头", "吉他多久能退款"),
    ]
    for detail, policy in asked:
        assert bundled.detail.log_odds(detail, nothing) > bundled.detail.log_odds(policy, nothing)


def test_features_stand_in_the_order_of_their_names(hash_embedder: Any, regression: Regression) -> None:
    embedder = hash_embedder()
    landscape = Landscape(embedder, [Exemplar("oos", "a poem")], ["delivery cost", "return a pen"])
    probe = Probe(landscape, lambda _: np.array([0.5, 0.1], np.float32))
    vector = embedder.encode_queries(["a poem"])[0]
    values = features(landscape, probe, regression, "a poem", vector, np.array([0.5, 0.1], np.float32))
    assert values.shape == (len(NAMES),)
    assert values[NAMES.index("margin")] == pytest.approx(landscape.margin(vector)[0], abs=1e-6)
    assert values[NAMES.index("message")] == pytest.approx(regression.message.log_odds("a poem", vector), abs=1e-6)
    assert values[NAMES.index("detail")] == pytest.approx(regression.detail.log_odds("a poem", vector), abs=1e-6)


def test_saved_and_loaded_it_says_the_same(regression: Regression, tmp_path: Path) -> None:
    regression.save(tmp_path / "r.npz")
    again = Regression.load(tmp_path / "r.npz")
    assert (again.names, again.weights, again.bias, again.threshold, again.embedder) == (NAMES, regression.weights, 0.5, 0.4, "made-up")
    vector = np.array([0.6, 0.8], np.float32)
    for name in ("message", "detail"):
        own, loaded = (getattr(one, name).log_odds("where is my parcel", vector) for one in (regression, again))
        assert loaded == pytest.approx(own, abs=1e-3)
    assert replace(again, bias=0.0).bias == 0
