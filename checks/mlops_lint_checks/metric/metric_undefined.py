from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Metric,
    Metrics,
    Related,
    Results,
    Severity,
    brief,
    check,
)


@check("MT001", level=1, gate=True, severity=Severity.ERROR, dimension="metric")
def metric_undefined(charter: Charter, metrics: Metrics) -> Results:
    """The metric has no target, or is not a metric that anybody could compute."""
    name = charter.text("metric", "name")
    if name is None:
        yield _nothing(charter)
        return
    metric = metrics.get(name)
    claim = charter.at("metric", "name")
    if metric is None and not charter.has("metric", "definition"):
        near = metrics.near(name)
        yield Finding(
            claim,
            Kind.DEFECT,
            f"{name!r} is not a metric that the linter knows, and `metric.definition` does not say what it is",
            help=f"did you mean {near[0]!r}?"
            if near
            else "point `metric.definition` at the code or document that defines it",
        )
    elif metric is not None:
        yield from _against_convention(charter, metric)
    yield from _target(charter, metric)


def _nothing(charter: Charter) -> Finding:
    reason = charter.text("metric", "none_because")
    return Finding(
        charter.at("metric", "none_because") if reason else charter.at("metric"),
        Kind.ABSENCE,
        "no metric is stated" + (f"; the reason given is {brief(reason)!r}" if reason else ""),
        help="name the one number that decides whether the model is good enough: `metric: {name: recall, target: 0.6}`",
    )


def _against_convention(charter: Charter, metric: Metric) -> Results:
    stated = charter.text("metric", "direction")
    if stated and metric.direction and stated != metric.direction:
        yield Finding(
            charter.at("metric", "direction"),
            Kind.DEFECT,
            f"`direction: {stated}` contradicts {metric.name!r}, which is to {metric.direction}",
            help="delete `metric.direction`; it is needed only for metrics with a definition of your own",
            related=(Related(charter.at("metric", "name"), f"{metric.name}: {metric.direction}"),),
        )


def _target(charter: Charter, metric: Metric | None) -> Results:
    target = charter.number("metric", "target")
    claim = charter.at("metric", "target")
    if target is None:
        yield Finding(
            claim, Kind.ABSENCE, "the metric has no target", help="say from which value on the model is good enough"
        )
        return
    low, high = (metric.low, metric.high) if metric else (None, None)
    if (low is not None and target < low) or (high is not None and target > high):
        span = _span(low, high)
        percent = high == 1 and 1 < target <= 100
        yield Finding(
            claim,
            Kind.DEFECT,
            f"the target {target:g} is outside the range of {metric.name if metric else 'the metric'} ({span})",
            help=f"write {target / 100:g}" if percent else "check the metric's name and the target's unit",
            related=(Related(charter.at("metric", "name"), f"{span}"),),
        )
        return
    yield Evidence(claim, claim, Grade.STATED)


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at most {high:g}" if high is not None else f"at least {low or 0:g}"
    return f"{low:g} to {high:g}"
