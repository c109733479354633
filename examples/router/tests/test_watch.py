from prometheus_client import CollectorRegistry

from router.watch import check, outcomes, psi


def test_equal_shares_have_not_drifted(rows):
    decisions = [{"prediction": row["queue"]} for row in rows]
    registry = CollectorRegistry()
    assert not check(decisions, registry)
    assert registry.get_sample_value("router_queue_psi") == 0


def test_one_queue_alone_has():
    assert check([{"prediction": "triage"}] * 20, CollectorRegistry())
    assert psi(["billing", "returns"], ["billing", "billing"]) > 0.2


def test_closed_tickets_are_counted():
    registry = CollectorRegistry()
    outcomes([{"minutes_to_right_queue": "4", "moved": "0"}, {"minutes_to_right_queue": "8", "moved": "1"}], registry)
    assert registry.get_sample_value("minutes_to_right_queue") == 6
    assert registry.get_sample_value("router_move_rate") == 0.5
