"""Why a customer is on the list, in words that an agent can use on the phone."""

import numpy as np

from churn.features import FEATURES, transform

WORDS = {
    "tenure_months": "length of the contract so far",
    "monthly_spend": "monthly spend",
    "spend_change": "change of spend",
    "support_calls": "calls to support",
    "late_payments": "late payments",
    "plan": "plan",
    "contract": "kind of contract",
}


def reasons(model, rows, top=3):
    """For each row its `top` strongest reasons, the strongest first."""
    encode, forest = model[0], model[-1]
    inputs = encode.transform(transform(rows))
    strength = contributions(forest, inputs)
    owners = [_feature(name) for name in encode.get_feature_names_out()]
    by_feature = np.stack(
        [np.abs(strength[:, [owner == name for owner in owners]]).sum(axis=1) for name in FEATURES], axis=1
    )
    order = np.argsort(-by_feature, axis=1)[:, :top]
    return [[WORDS.get(FEATURES[index], FEATURES[index]) for index in row] for row in order]


def contributions(forest, inputs):
    """How far each input moved each score."""
    import shap  # takes seconds to load, and only call lists need it

    return shap.TreeExplainer(forest).shap_values(inputs)[:, :, 1]


def _feature(encoded):
    """The feature that an encoded column came from: `onehotencoder__plan_basic` -> `plan`."""
    name = encoded.split("__", 1)[1]
    return next(feature for feature in FEATURES if name == feature or name.startswith(f"{feature}_"))
