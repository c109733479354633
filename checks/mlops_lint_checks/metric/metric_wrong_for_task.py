from mlops_lint import Charter, Evidence, Finding, Grade, Kind, Metrics, Related, Results, Severity, check


def _comparable(charter: Charter, metrics: Metrics) -> bool | str:
    name, task = charter.text("metric", "name"), charter.text("goal", "task")
    if not name or not task:
        return f"the charter names no {'task' if name else 'metric'}"
    metric = metrics.get(name)
    if metric is None or not metric.tasks or task == "other":
        return "what is measured by the metric, or by the task, is the team's own"
    return True


@check("MT002", level=1, gate=True, severity=Severity.ERROR, dimension="metric", when=_comparable)
def metric_wrong_for_task(charter: Charter, metrics: Metrics) -> Results:
    """The metric cannot measure the task."""
    name, task = charter.text("metric", "name"), charter.text("goal", "task")
    metric = metrics.get(name) if name else None
    if metric is None or task is None:
        return
    claim, other = charter.at("metric", "name"), charter.at("goal", "task")
    if task in metric.tasks:
        yield Evidence(claim, other, Grade.STATED)
        return
    yield Finding(
        claim,
        Kind.FALSE_CLAIM,
        f"{name!r} cannot measure {task}: it is a metric for {', '.join(sorted(metric.tasks)[:3])}",
        help="name a metric that fits the task, or mend `goal.task`",
        related=(Related(other, f"the task is {task}"),),
    )
