import pytest
from make_customers import customers

from churn.schema import BadRows, Customers


def test_good_rows_pass():
    rows = customers(50)
    assert Customers.validate(rows) is rows


def test_a_missing_column_is_named():
    with pytest.raises(BadRows, match="plan"):
        Customers.validate(customers(50).drop(columns="plan"))


@pytest.mark.parametrize(("column", "value"), [("tenure_months", -1), ("spend_change", 9.0), ("plan", "gold")])
def test_values_outside_are_refused(column, value):
    with pytest.raises(BadRows, match=column):
        Customers.validate(customers(50).assign(**{column: value}))
