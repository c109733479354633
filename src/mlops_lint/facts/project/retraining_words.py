"""What a place does for a trigger of a retraining, and the words that tell of it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

DOCUMENT = re.compile(r"\.(md|markdown|rst|txt|adoc|pdf|html?)$", re.IGNORECASE)
TRAINS = re.compile(
    r"\bdvc (?:repro|exp run)\b|\bmlflow (?:run|recipes run)\b|\bkedro run\b|(?:^|[\s/_.:=-])(?:re)?train(?:ing"
    r"|er)?(?:$|[\s/_.:=-])"
    r"|\bfine-?tune\b|\bfit_model\b|\baz ml job create\b|\bgcloud ai custom-jobs\b|\bstart-pipeline-execution\b"
    r"|\bsnakemake\b|\bzenml pipeline\b",
    re.IGNORECASE,
)
STARTS = re.compile(
    r"/dispatches\b|\bgh workflow run\b|\bworkflow_dispatch\b|dagRuns|trigger_dag|TriggerDagRun"
    r"|start_pipeline_execution"
    r"|create_training_job|start_execution|run_deployment|create_run|PipelineJob|submit_job|jobs\.submit|begin_create_or_update"
    r"|\bdvc repro\b|pipeline_runs|run_pipeline|trigger_(?:re)?train|jobs/run-now|run_now|create_trigger"
    r"|repository_dispatch"
    r"|createDispatchEvent|peter-evans/repository-dispatch|send_task|\.delay\b|apply_async|publish"
)
CRON = re.compile(
    r"\bcron\b|\bschedule(?:_interval|d|s|_expression)?\b|CronSchedule|CronTrigger|IntervalTrigger|ScheduleDefinition|crontab|timetable"
    r"|^\s*(?:[\d*/,\-]+\s+){4}[\d*/,\-A-Za-z]+\s+\S|OnCalendar",
    re.IGNORECASE,
)
UNSCHEDULED = re.compile(r"\bschedule(?:_interval)?\s*=\s*(?:None\b|[\"']@once[\"'])")
DRIFTS = re.compile(r"drift|psi\b|monitor|evidently|performance|degrad|threshold|nannyml|stability", re.IGNORECASE)
DISPATCHES = re.compile(r"gh workflow run|/dispatches|repository-dispatch|createDispatchEvent|createWorkflowDispatch")
SHOWN = re.compile(r"`[^`\n]+`|^```|^(?: {4}|\t)\S|^\.\. code|::$", re.MULTILINE)
NO_COMMAND = "shows no command"
PROGRAM = re.compile(
    r"\bpython\d?(?:\.\d+)?\s+(?:-m\s+(?!pip\b|pytest\b|venv\b|build\b)\S|\S+\.py\b)|\bmake\s+\w|\bdvc repro\b"
)
DATA = re.compile(
    r"\bpaths?\b|\bsensor|s3:ObjectCreated|eventarc|blob|new[-_ ]data|on_data|dvc update|asset|watch", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Start:
    """What a place does for a trigger: `fulfils` it there, `lacks` says what is missing, `unclear` what hides it.

    `waits`: it hears an event that nothing here is seen to send.
    """

    at: Location
    fulfils: bool = False
    lacks: str = ""
    unclear: str = ""
    waits: bool = False


def bare(view: RepoView, path: str) -> str:
    """A file's text without comments and names that say nothing of what runs."""
    lines = (text_of(view, path) or "").split("\n")
    kept = [re.sub(r"\s#.*$", "", line) for line in lines if not line.lstrip().startswith(("#", "//", ";"))]
    return "\n".join(line for line in kept if not re.match(r"-?\s*(?:name|description|summary):", line.lstrip()))


def texts_of(tree: ast.AST) -> list[str]:
    """The texts in a piece of code, docstrings left out."""
    told = {id(part.value) for part in ast.walk(tree) if isinstance(part, ast.Expr)}
    found = [part for part in ast.walk(tree) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [str(part.value) for part in found if id(part) not in told]


def trains(text: str, files: tuple[str, ...]) -> bool:
    """Whether a command trains: by its words, or by the files of the training."""
    if re.match(r"\s*(?:echo|printf|pip|git|#)", text):
        return False
    names = [path.rpartition("/")[2] for path in files]
    modules = [path.removesuffix(".py").replace("/", ".") for path in files]
    return bool(TRAINS.search(text)) or any(
        re.search(rf"(?<!\w){re.escape(name)}\b", text) for name in (*names, *modules)
    )
