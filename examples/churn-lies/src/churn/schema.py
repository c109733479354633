"""What a row of customers may look like. Checked before training and before every call list."""

PLANS = ("basic", "family", "business")
CONTRACTS = ("monthly", "yearly")


class BadRows(ValueError):
    """Rows that the model must not see; the text names the column and how many rows."""


class Customers:
    """Columns and the values they may hold."""

    ranges = {
        "tenure_months": (0, 600),
        "monthly_spend": (0.0, 1000.0),
        "spend_change": (-1.0, 5.0),
        "support_calls": (0, 200),
        "late_payments": (0, 60),
        "month": (1, 120),
        "region_code": (1, 4),
    }
    categories = {"plan": PLANS, "contract": CONTRACTS}

    @classmethod
    def validate(cls, rows):
        """The same rows, or BadRows."""
        wanted = [*cls.ranges, *cls.categories, "customer_id"]
        if missing := [column for column in wanted if column not in rows.columns]:
            raise BadRows(f"columns are missing: {', '.join(missing)}")
        for column, (low, high) in cls.ranges.items():
            if bad := int((~rows[column].between(low, high)).sum()):
                raise BadRows(f"{column}: {bad} rows outside {low} to {high}")
        for column, known in cls.categories.items():
            if bad := int((~rows[column].isin(known)).sum()):
                raise BadRows(f"{column}: {bad} rows with a value that is not known")
        return rows
