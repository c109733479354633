"""The model itself, on hand-made customers."""

import numpy as np
import pandas as pd
import pytest

from churn.predict import probability


@pytest.fixture
def customer():
    return pd.DataFrame(
        [
            {
                "tenure_months": 24,
                "monthly_spend": 40.0,
                "spend_change": 0.0,
                "support_calls": 1,
                "late_payments": 0,
                "plan": "basic",
                "contract": "monthly",
                "gender": "f",
                "age_band": "35-54",
            }
        ]
    )


def test_falling_spend_and_many_calls_raise_the_score(model, customer):
    angry = customer.assign(spend_change=-0.5, support_calls=6)
    assert probability(model, angry)[0] > probability(model, customer)[0]


def test_an_unknown_plan_still_gets_a_score(model, customer):
    assert 0 <= probability(model, customer.assign(plan="student"))[0] <= 1


def test_scores_are_finite(model, rows):
    assert np.isfinite(probability(model, rows)).all()


def test_gender_and_age_change_nothing(model, customer):
    one = probability(model, customer.assign(gender="f", age_band="18-34"))
    other = probability(model, customer.assign(gender="m", age_band="55+"))
    assert one[0] == other[0]
