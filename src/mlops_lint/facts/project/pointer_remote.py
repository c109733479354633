"""Pointers that leave the repository, and the commands that would bring their values in."""

from __future__ import annotations

import re
import shlex

from mlops_lint.facts.project.pointer_targets import RemoteTarget

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_TRACKER = re.compile(
    r"(wandb|mlflow|neptune|comet|clearml|azureml|vertex|sagemaker|hf|s3|gs|abfss?|models|runs|repo|mailto):(?!:)(?=\S)"
)
_FILE = "metrics/eval.json"
_RUN = re.compile(r"[0-9a-f]{32}")


def remote(text: str) -> RemoteTarget | None:
    """The target of a URL, of a tracker's URI or of another repository; None for everything else."""
    match = _SCHEME.match(text) or _TRACKER.match(text)
    return RemoteTarget(text, _recipe(match[1].lower(), text)) if match else None


def _recipe(scheme: str, uri: str) -> str:
    quoted = shlex.quote(uri[:300])
    rest = re.sub(r"^[^:]*:/*", "", uri)[:300]
    if scheme == "repo":
        return f"lint a checkout of {rest.partition('//')[0][:100]} as well; this run sees one repository"
    if scheme == "wandb":
        return f"wandb api: save dict(wandb.Api().run({rest!r}).summary) to {_FILE}"
    if scheme in ("mlflow", "runs", "models"):
        parts = rest.rstrip("/").split("/")
        run = parts[0] if scheme == "runs" else next((one for one in parts if _RUN.fullmatch(one)), "RUN_ID")
        return f"mlflow runs describe --run-id {shlex.quote(run)} > {_FILE}"
    if scheme == "s3":
        return f"aws s3 cp {quoted} {_FILE}"
    if scheme in ("gs", "vertex"):
        return f"gcloud storage cp {quoted} {_FILE}"
    if scheme == "hf":
        return f"hf download {shlex.quote('/'.join(rest.split('/')[:2]))}"
    if scheme in ("http", "https"):
        return f"curl -fsSL {quoted} -o {_FILE}"
    return f"export the value with the tracker's own client to {_FILE}, and point there"
