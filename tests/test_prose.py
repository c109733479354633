"""Prose answers: language, numbers and dates."""

import pytest

from mlops_lint.facts.project.prose import Answer, language


@pytest.mark.parametrize(
    ("text", "number", "date"),
    [
        ("Cut monthly churn from 5.0 % to 4.5 % by June 2027.", True, True),
        ("Cut monthly churn.", False, False),
        ("Cut churn by June 2027.", False, True),
        ("Cut monthly churn from 5 % to 4 %.", True, False),
        ("Halve the waiting time this quarter", True, True),
        ("Median time to first owner under 10 minutes by March 2027.", True, True),
        ("Make customers happier", False, False),
        ("이번 분기에 재구매율 10 % 상승", True, True),
        ("재구매율 상승", False, False),
        ("Raise repeat purchases by 10 % in Q3", True, True),
        ("Save 2 000 hours within six months", True, True),
        ("Save 2 000 hours", True, False),
        ("Be better than in 2025", False, True),
        ("30% fewer tickets by 2027-03-01", True, True),
    ],
)
def test_numbers_and_dates(text: str, number: bool, date: bool) -> None:
    answer = Answer(text, language(text))
    assert (answer.has_number, answer.has_date) == (number, date)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Agents phone customers at random, so most leavers are never called.", "en"),
        ("상담원이 무작위로 전화한다", "ko"),
        ("BERT 모델로 리뷰를 분류한다", "ko"),
        ("Die Agenten rufen Kunden zufällig an, deshalb wird kaum jemand erreicht", "other"),
        ("顧客に無作為に電話している", "other"),
        ("TBD", "en"),
    ],
)
def test_language(text: str, expected: str) -> None:
    assert language(text) == expected
