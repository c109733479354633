from churn.privacy import pseudonymise


def test_ids_are_replaced_by_stable_stand_ins():
    first, second = pseudonymise([100001, 100002])
    assert first != second
    assert "100001" not in first
    assert pseudonymise([100001]) == [first]


def test_the_key_matters(monkeypatch):
    before = pseudonymise([7])
    monkeypatch.setenv("CHURN_ID_KEY", "another")
    assert pseudonymise([7]) != before
