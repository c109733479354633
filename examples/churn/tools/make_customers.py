"""Make data/customers.csv: a synthetic CRM export, the same bytes in every run.

No real customer is in it. The pointer data/customers.csv.dvc holds the hash of what this script writes.
"""

import numpy as np
import pandas as pd

ROWS = 24_000


def customers(rows=ROWS, seed=2026):
    draw = np.random.default_rng(seed)
    tenure = draw.gamma(2.0, 16.0, rows).astype(int)
    plan = draw.choice(["basic", "family", "business"], rows, p=[0.55, 0.35, 0.10])
    contract = draw.choice(["monthly", "yearly"], rows, p=[0.6, 0.4])
    spend = np.round(draw.normal(38, 9, rows).clip(5) + 14 * (plan == "family") + 45 * (plan == "business"), 2)
    change = np.round(draw.normal(0.0, 0.16, rows).clip(-0.9, 1.5), 3)
    calls = draw.poisson(1.1, rows)
    late = draw.poisson(0.4, rows)
    pull = (
        -3.4 - 0.04 * np.minimum(tenure, 60) - 9.0 * change + 0.9 * calls + 0.9 * late
        + 2.0 * (contract == "monthly") - 0.3 * (plan == "family") + draw.normal(0, 0.4, rows)
    )
    return pd.DataFrame(
        {
            "customer_id": np.arange(100_000, 100_000 + rows),
            "month": draw.integers(1, 25, rows),
            "region_code": draw.integers(1, 5, rows),
            "gender": draw.choice(["f", "m"], rows),
            "age_band": draw.choice(["18-34", "35-54", "55+"], rows, p=[0.3, 0.4, 0.3]),
            "tenure_months": tenure,
            "monthly_spend": spend,
            "spend_change": change,
            "support_calls": calls,
            "late_payments": late,
            "plan": plan,
            "contract": contract,
            "churned": (draw.random(rows) < 1 / (1 + np.exp(-pull))).astype(int),
        }
    )


if __name__ == "__main__":
    customers().to_csv("data/customers.csv", index=False)
