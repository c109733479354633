"""The CRM export, checked, pseudonymised and with the names of its regions."""

import pandas as pd

from churn.privacy import pseudonymise
from churn.schema import Customers


def prepare(customers, regions):
    rows = Customers.validate(customers)
    rows = rows.merge(regions, on="region_code", how="left", validate="many_to_one")
    return rows.assign(customer_id=pseudonymise(rows["customer_id"]))


def main():
    customers = pd.read_csv("data/customers.csv")
    regions = pd.read_csv("data/regions.csv")
    prepare(customers, regions).to_csv("data/prepared.csv", index=False)


if __name__ == "__main__":
    main()
