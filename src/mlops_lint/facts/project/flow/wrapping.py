"""Models that are put around others: fitted as what they hold."""

from __future__ import annotations

from mlops_lint.facts.project.flow.calls import Called
from mlops_lint.facts.project.flow.state import model_id
from mlops_lint.facts.project.flow.values import Fits, Tup, Value

_CHAINS = ("sklearn.pipeline.", "imblearn.pipeline.")
_FROZEN = frozenset(
    "sklearn.frozen.FrozenEstimator sklearn.frozen._frozen.FrozenEstimator "
    "sklearn.calibration.CalibratedClassifierCV".split()
)
SAME = frozenset(
    "torch.compile torch.nn.DataParallel torch.nn.parallel.DataParallel torch.jit.script torch.jit.trace "
    "torch.nn.parallel.DistributedDataParallel torch.nn.SyncBatchNorm.convert_sync_batchnorm".split()
)
"""What these give is the model that they are given."""


def wrapped(called: Called) -> Fits:
    """`Pipeline([("encoder", encoder), ("model", fitted)])` predicts as its last part does, until it is fitted."""
    name = called.name
    last: Value = None
    if name.startswith(_CHAINS) and name.endswith(".Pipeline"):
        steps = called.argument(0, "steps")
        step = steps.items[-1] if isinstance(steps, Tup) and steps.items else None
        last = step.items[-1] if isinstance(step, Tup) and step.items else None
    elif name.startswith(_CHAINS) and name.endswith(".make_pipeline"):
        last = called.args[-1] if called.args else None
    elif name in _FROZEN:
        last = called.argument(0, "estimator", "base_estimator")
    model = model_id(last)
    return called.frame.shared.models.get(model, frozenset()) if model is not None else frozenset()
