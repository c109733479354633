"""What costs time at every request, where a budget of time is stated."""

import re

from mlops_lint import Charter, Emitting, Evidence, Finding, Grade, Kind, Related, Results, Serving, Severity, check

_TIME = re.compile(
    r"latency|\btime|speed|slow|fast|throughput|p9[059]|\bms\b|millisecond|second|cost|budget|comput|size|memory|"
    r"complex|simpl|ensemble|stack|bagg|voting|blend|\bmodels\b|속도|지연|시간|비용",
    re.IGNORECASE,
)


def _weighed(charter: Charter) -> bool:
    """Whether a trade-off weighs what many models cost."""
    for index in range(charter.items("team", "trade_offs")):
        said = [*charter.texts("team", "trade_offs", index, "between")]
        said.append(charter.text("team", "trade_offs", index, "decision") or "")
        if any(_TIME.search(text.replace("_", " ")) for text in said):
            return True
    return False


def _budget(charter: Charter) -> bool | str:
    return charter.has("deployment", "latency_ms") or "no latency budget is stated"


@check("DE008", level=3, severity=Severity.INFO, dimension="deployment", when=_budget)
def complexity_over_budget(charter: Charter, emitting: Emitting, serving: Serving) -> Results:
    """Under a latency budget the model is loaded for each request, or is many models, and nothing says why."""
    claim = charter.key_at("deployment", "latency_ms")
    inner = charter.text("deployment", "predicts_in")
    handlers = [one for one in serving.roots_of(inner) if one.kind == "function"] if inner else []
    loads = (emitting.loads_each_time(one) for one in handlers if one.name not in ("main", "load", "setup"))
    loaded = next((at for at in loads if at is not None), None)
    if loaded is not None:
        message = "the model is loaded anew for each request"
        yield Finding(claim, Kind.DEFECT, message, "load it once, at the start", (Related(loaded, "loaded here"),))
    trained = charter.text("model", "trained_by")
    many = emitting.ensembles(serving.roots_of(trained)) if trained else None
    if many is not None and not _weighed(charter):
        message = "the model is an ensemble, and no trade-off says why that is worth its time"
        help_text = "record the decision in `team.trade_offs`"
        yield Finding(claim, Kind.ABSENCE, message, help_text, (Related(many, "many models in one"),))
    if loaded is None and (many is None or _weighed(charter)):
        yield Evidence(claim, claim, Grade.STATED)
