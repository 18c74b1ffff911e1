from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from kb.errors import QuestionsError
from kb.models import Turn
from kb.questions import Question, add_question, read_answers, read_batch, read_history, read_questions, remove_question

ROOT = Path(__file__).parents[2]


def written(tmp_path: Path, text: str, name: str = "file") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


# ---- question sets ---------------------------------------------------------------------------------------------------


def test_a_question_set_is_read_with_its_expectations(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "questions:\n"
        "- id: Q1\n  lang: yue\n  kind: follow-up\n  as_of: '2031-05-20'\n  asker: agent\n  text: 咁幾多錢?\n"
        "  history: [{role: customer, text: 風暴傘壞咗}, {role: agent, text: 可以維修。}]\n"
        "  expect: {articles: {all_of: [a], any_of: [b, c]}, must_include: [['HKD 45', ' 45 元 ']], must_not_include: ['25'], disclaimers: [wind], "
        "abstain: false, polarity: 'no'}\n"
        "- {id: 2, text: And what else}\n",
    )
    first, second = read_questions(path)
    assert (first.id, first.lang, first.kind, first.as_of, first.asker) == ("Q1", "yue", "follow-up", dt.date(2031, 5, 20), "agent")
    assert first.turns() == (Turn("customer", "風暴傘壞咗"), Turn("agent", "可以維修。"))
    assert first.expect.articles.any_of == ["b", "c"]
    assert first.expect.must_include == [["HKD 45", "45 元"]]
    assert (second.id, second.as_of, second.expect.abstain) == ("2", None, False)


def test_a_bare_list_is_a_question_set_too(tmp_path: Path) -> None:
    assert [question.id for question in read_questions(written(tmp_path, "- {id: a, text: x}\n- {id: b, text: y}\n"))] == ["a", "b"]


def test_the_samples_golden_questions_can_be_read() -> None:
    assert len(read_questions(ROOT / "content" / "questions" / "development.yaml")) == 60


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no questions"),
        ("questions: []", "holds no questions"),
        ("a: b", "holds no questions"),
        ("- {id: Q7, text: x, lang: fr}", "question Q7: lang"),
        ("- {id: Q7}", "question Q7: text"),
        ("- {text: x}", "question 1: id"),
        ("- just text", "question 1"),
        ("- {id: Q7, text: x, as_of: 2031-02-30}", "day is out of range"),
        ("- {id: Q7, text: x, as_of: someday}", "question Q7: as_of"),
        ("- {id: Q7, text: x, history: [{role: robot, text: y}]}", "question Q7: history.0.role"),
        ("- {id: Q7, text: x, expect: {articles: {none_of: [a]}}}", "question Q7: expect.articles.none_of"),
        ("- {id: Q7, text: x, expect: {must_include: [['']]}}", "question Q7: expect.must_include.0.0"),
        ("- {id: a, text: x}\n- {id: b, text: y}\n- {id: a, text: z}", "ids stand twice: a"),
        ("- {id: a, text: x\n", "file:2: broken YAML"),
    ],
)
def test_a_wrong_question_set_is_refused_with_the_question(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(QuestionsError) as raised:
        read_questions(path)
    assert said in str(raised.value)
    assert str(path) in str(raised.value)
    assert raised.value.fix


def test_a_question_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match=r"none\.yaml: no such file"):
        read_questions(tmp_path / "none.yaml")


# ---- batches ---------------------------------------------------------------------------------------------------------


def test_a_batch_is_read_line_by_line(tmp_path: Path) -> None:
    lines = [
        {
            "question_id": "1",
            "text": "幾多錢?",
            "history": [{"role": "customer", "text": "風暴傘", "time": "12:00"}],
            "as_of": "2031-05-20",
            "asker": "agent",
        },
        {"question_id": 2, "text": "", "history": None, "as_of": None, "asker": None},
        {"question_id": "3", "text": "x", "lang": "yue", "kind": "any"},
    ]
    path = written(tmp_path, "\n".join(json.dumps(line) for line in lines[:2]) + "\r\n\n  \n" + json.dumps(lines[2]))
    first, second, third = read_batch(path)
    assert (first.question_id, first.turns(), first.as_of, first.asker) == ("1", (Turn("customer", "風暴傘"),), dt.date(2031, 5, 20), "agent")
    assert (second.question_id, second.turns(), second.as_of, second.asker, second.lang) == ("2", (), None, None, None)
    assert third.lang == "zh-Hant", "Cantonese is answered in Traditional Chinese"


def test_a_line_may_hold_unicodes_own_line_separators(tmp_path: Path) -> None:
    text = "第一行\u2028第二行\x85第三行"
    path = written(tmp_path, json.dumps({"question_id": "1", "text": text}, ensure_ascii=False) + "\n")
    (line,) = read_batch(path)
    assert line.text == text


def test_half_an_emoji_is_left_out_of_a_message(tmp_path: Path) -> None:
    (line,) = read_batch(written(tmp_path, r'{"question_id": "1", "text": "好\ud83d", "history": [{"role": "customer", "text": "\ud83dx"}]}'))
    assert (line.text, line.turns()) == ("好", (Turn("customer", "x"),))


def test_a_byte_order_mark_is_no_part_of_a_batch(tmp_path: Path) -> None:
    (line,) = read_batch(written(tmp_path, '\ufeff{"question_id": "1", "text": "x"}'))
    assert line.question_id == "1"


@pytest.mark.parametrize(
    ("third_line", "said"),
    [
        ("{", "no JSON object"),
        ("[1, 2]", "line: "),
        ("null", "line: "),
        ('{"question_id": "3"}', "text: "),
        ('{"text": "x"}', "question_id: "),
        ('{"question_id": "3", "text": 5.5, "as_of": "2031-02-30"}', "as_of: "),
        ('{"question_id": "3", "text": "x", "asker": "boss"}', "asker: "),
        ('{"question_id": "3", "text": "x", "lang": "fr"}', "lang: "),
        ('{"question_id": "3", "text": "x", "history": [{"role": "customer"}]}', "history.0.text: "),
        ('{"question_id": "3", "text": ' + "[" * 100_000, "no JSON object"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(tmp_path: Path, third_line: str, said: str) -> None:
    path = written(tmp_path, '{"question_id": "1", "text": "x"}\n\n' + third_line + "\n")
    lines = read_batch(path)
    assert next(lines).question_id == "1"
    with pytest.raises(QuestionsError) as raised:
        next(lines)
    assert raised.value.where == f"{path}:3"
    assert said in raised.value.what


@pytest.mark.parametrize(
    "make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff\xfe")], ids=["absent", "folder", "binary"]
)
def test_a_batch_that_cannot_be_read_is_named(tmp_path: Path, make: object) -> None:
    path = tmp_path / "batch.jsonl"
    make(path)  # type: ignore[operator]
    with pytest.raises(QuestionsError, match=r"batch\.jsonl: (no such file|cannot be read)"):
        list(read_batch(path))


# ---- history ---------------------------------------------------------------------------------------------------------


def test_a_history_is_a_list_of_turns(tmp_path: Path) -> None:
    path = written(tmp_path, '\ufeff[{"role": "customer", "text": "hi"}, {"role": "agent", "text": "hello", "extra": 1}]')
    assert read_history(path) == (Turn("customer", "hi"), Turn("agent", "hello"))
    assert read_history(written(tmp_path, "[]")) == ()


@pytest.mark.parametrize(
    "text", ["", "{", "5", "null", '{"role": "customer", "text": "x"}', '[{"role": "robot", "text": "x"}]', '["x"]', "[" * 100_000]
)
def test_a_wrong_history_is_refused(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(QuestionsError, match="cannot be read") as raised:
        read_history(path)
    assert raised.value.where == str(path)


def test_a_history_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match=r"none\.json"):
        read_history(tmp_path / "none.json")


# ---- given answers ---------------------------------------------------------------------------------------------------


def test_answers_are_read_by_question_id(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('\ufeff{"question_id": "a", "draft": "x\u2028y", "extra": 1}\n\n{"question_id": 7}\n', encoding="utf-8")
    assert read_answers(path) == {"a": {"question_id": "a", "draft": "x\u2028y", "extra": 1}, "7": {"question_id": 7}}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON object"),
        ("[]", "line: Input should be"),
        ('{"draft": "x"}', "question_id: Field required"),
        ('{"question_id": null}', "question_id: Input should be"),
        ('{"question_id": "b", "sources": [{"quote": "x"}]}', "sources.0.article: Field required"),
        ('{"question_id": "b", "sources": [{"article": "x", "lines": [1]}]}', "sources.0.lines: "),
        ('{"question_id": "b", "abstain": "perhaps"}', "abstain: "),
        ('{"question_id": "a"}', "question_id a stands twice"),
    ],
)
def test_a_wrong_line_of_answers_is_named_with_the_remedy(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(f'{{"question_id": "a"}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(QuestionsError) as raised:
        read_answers(path)
    assert str(raised.value).startswith(f"{path}:3: {said}")
    assert raised.value.fix


def test_answers_that_are_not_there_are_said(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match="no such file"):
        read_answers(tmp_path / "none.jsonl")


# ---- writing ---------------------------------------------------------------------------------------------------------


def question(question_id: str, text: str = "多少錢?") -> Question:
    return Question.model_validate(
        {"id": question_id, "text": text, "lang": "yue", "as_of": "2031-05-20", "history": [{"role": "agent", "text": "您好: #1"}],
         "expect": {"articles": {"all_of": ["a/b"]}, "must_include": [["14.0", "no: 'x'"]], "disclaimers": ["wind"]}}
    )  # fmt: skip


def test_questions_are_added_and_taken_out_as_they_were_given(tmp_path: Path) -> None:
    path = tmp_path / "questions" / "own.yaml"
    first, second = question("one"), question("two", "- [a]: {b} #c\n\u2028\x85😀")
    add_question(path, first)
    add_question(path, second)
    assert read_questions(path) == [first, second]
    remove_question(path, "one")
    assert read_questions(path) == [second]
    remove_question(path, "two")
    assert list(path.parent.iterdir()) == []


def test_what_else_stands_in_a_set_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "questions:\n- {id: 7, text: by hand, derived: [0], as_of: 2031-05-20}\n", "own.yaml")
    add_question(path, question("one"))
    assert "derived" in path.read_text(encoding="utf-8")
    assert [one.id for one in read_questions(path)] == ["7", "one"]
    remove_question(path, "one")
    assert read_questions(path)[0].as_of == dt.date(2031, 5, 20)


def test_a_refused_question_leaves_the_set_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    add_question(path, question("one"))
    before = path.read_bytes()
    for act, said in ((lambda: add_question(path, question("one")), "already"), (lambda: remove_question(path, "two"), "no such question")):
        with pytest.raises(QuestionsError, match=said):
            act()
    assert path.read_bytes() == before
    broken = written(tmp_path, "questions: [", "broken.yaml")
    with pytest.raises(QuestionsError, match="broken YAML"):
        add_question(broken, question("two"))
    assert broken.read_text(encoding="utf-8") == "questions: ["
    assert sorted(one.name for one in tmp_path.iterdir()) == ["broken.yaml", "own.yaml"]


@pytest.mark.parametrize("text", ["", "# none left\n", "questions:\n", "questions: []\n"])
def test_a_set_emptied_by_hand_is_begun_again(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text, "own.yaml")
    add_question(path, question("one"))
    assert [one.id for one in read_questions(path)] == ["one"]


def test_what_is_no_set_is_not_written_over(tmp_path: Path) -> None:
    path = written(tmp_path, "notes: mine\n", "own.yaml")
    with pytest.raises(QuestionsError, match="holds no questions"):
        add_question(path, question("one"))
    assert path.read_text(encoding="utf-8") == "notes: mine\n"
