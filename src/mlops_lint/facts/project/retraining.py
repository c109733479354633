"""What starts a training: schedules, and code or workflows that set one off."""

from __future__ import annotations

import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.ci import CiConfig
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.pointers import (
    Broken,
    FileTarget,
    FolderTarget,
    HeadingTarget,
    Hidden,
    Pointers,
    RemoteTarget,
)
from mlops_lint.facts.project.reading import text_of, walk, word, yaml_of
from mlops_lint.facts.project.retraining_clock import idle_clock
from mlops_lint.facts.project.retraining_dags import Dags
from mlops_lint.facts.project.retraining_manifests import manifest
from mlops_lint.facts.project.retraining_sending import Sending, acting, running
from mlops_lint.facts.project.retraining_words import (
    CRON,
    DATA,
    DISPATCHES,
    DOCUMENT,
    DRIFTS,
    NO_COMMAND,
    PROGRAM,
    SHOWN,
    STARTS,
    TRAINS,
    UNSCHEDULED,
    Start,
    bare,
    trains,
)
from mlops_lint.facts.project.script import Command
from mlops_lint.facts.project.serving import Serving
from mlops_lint.facts.project.workflows import Workflows
from mlops_lint.model import Location


class Retraining:
    """Judges a trigger of the charter at a place."""

    def __init__(
        self, code: Code, workflows: Workflows, pointers: Pointers, serving: Serving, *, trains: bool = True
    ) -> None:
        self.code = code
        self.trains = trains
        self.workflows = workflows
        self.pointers = pointers
        self.serving = serving
        self.sending = Sending(code, workflows)
        self.view = code.view

    def at(self, text: str, trigger: str, trained_by: str | None) -> list[Start] | str:
        """What stands behind a pointer, file by file; why that cannot be told."""
        target = self.pointers.resolve(text, "ref")
        if isinstance(target, Broken):
            return f"`{text}` {target.reason} (CH005)"
        if isinstance(target, Hidden | RemoteTarget):
            return f"`{text}` lies outside of what can be read here"
        if isinstance(target, FileTarget | HeadingTarget):
            return [self.file(target.path, trigger, trained_by)]
        if isinstance(target, FolderTarget):
            return [self.file(path, trigger, trained_by) for path in target.files[:50]]
        roots = self.serving.roots_of(text)
        return [self._code(roots[0].path, roots, trigger, trained_by)] if roots else f"`{text}` is no code that is read"

    def anywhere(self, trigger: str, trained_by: str | None) -> list[Start]:
        """The workflows that train, judged for a trigger."""
        found = [self.file(config.path, trigger, trained_by) for config in self.workflows.ci.configs]
        return [one for one in found if one.fulfils or one.unclear]

    def file(self, path: str, trigger: str, trained_by: str | None) -> Start:
        """What one file does for a trigger."""
        if DOCUMENT.search(path):
            lacks = "is a document, which starts nothing"
            if trigger == "manual":
                lacks = "" if SHOWN.search(text_of(self.view, path) or "`unread`") else NO_COMMAND
            return Start(Location(path), fulfils=not lacks, lacks=lacks)
        config = self.workflows.config(path)
        if config is not None:
            return self._workflow(config, trigger, trained_by)
        if path in self.code.modules:
            module = self.code.modules[path]
            inner = [one for one in module.definitions.values() if one.kind == "function"]
            live = [one for one in inner if one in self.code.live]
            return self._code(
                path, (module.body, module.main, *(live or module.definitions.values())), trigger, trained_by
            )
        return manifest(self.view, path, trigger)

    def _workflow(self, config: CiConfig, trigger: str, trained_by: str | None) -> Start:
        commands = [one for one in self.workflows.ci.of(config) if not one.never]
        files = self._files(trained_by)
        text = bare(self.view, config.path)
        own = [one for one in commands if not DISPATCHES.search(one.text)]
        training = next((one for one in own if trains(one.text, files) or self._runs(one.words, trained_by)), None)
        hidden = next((one for one in self.workflows.ci.opaque if one.at.path == config.path), None)
        action = re.search(r"uses:[^\n]{0,200}?(?:train|pipeline|sagemaker|vertex|azureml|aml)", text, re.IGNORECASE)
        starts = self._sets_off(config, text.partition("jobs:")[2] or text, files)
        if training is None and not action and not starts:
            if hidden is not None:
                return Start(hidden.at, unclear="runs steps that cannot be looked into")
            if not self.trains and (renews := next((one for one in own if PROGRAM.search(one.text)), None)):
                return self._when(config, trigger, renews.at, text)
            return Start(Location(config.path), lacks="runs no training")
        others = [one for one in commands if STARTS.search(one.text)]
        if trigger == "schedule" and training is None and others and all(one.conditional for one in others):
            return Start(others[0].at, lacks="starts a training on a condition alone")
        return self._when(config, trigger, training.at if training else Location(config.path), text)

    def _when(self, config: CiConfig, trigger: str, at: Location, text: str) -> Start:
        if trigger == "schedule":
            found = self.workflows.schedule(config)
            hosted = bool(self.workflows.events(config))
            if found is None and not hosted and self.workflows.otherwise(config, at):
                return Start(at, lacks="is started by other events than a schedule")
            if found is None and not hosted:
                return Start(at, unclear="may be scheduled outside of the repository")
            vain = None if found or not hosted else self.workflows.in_vain(config)
            if vain is not None:
                return Start(vain, lacks="is scheduled for a day that never comes")
            return Start(found, fulfils=True) if found else Start(at, lacks="has no schedule")
        if trigger == "manual":
            return Start(at, fulfils=True)
        events = self.workflows.events(config)
        if trigger == "new-data":
            known = {"repository_dispatch", "workflow_run"} & set(events) or DATA.search(text)
            found = self.workflows.schedule(config)
            return (
                Start(at, fulfils=True)
                if known or found or not events
                else Start(at, lacks="is started by no new data")
            )
        if not events or {"workflow_run", "workflow_call"} & set(events):
            return Start(at, fulfils=True)
        if "repository_dispatch" in events and (other := self.sending.other(config)):
            return Start(at, lacks=other)
        if "repository_dispatch" in events:
            return Start(at, fulfils=True, waits=not self.sending.sender)
        if DRIFTS.search(text):
            return Start(at, fulfils=True)
        if "workflow_dispatch" in events and (where := self._dispatches(config)) is not None:
            return Start(where, fulfils=True)
        return Start(at, lacks=f"is started by {', '.join(events)}, and by no {trigger}")

    def _sets_off(self, config: CiConfig, text: str, files: tuple[str, ...]) -> bool:
        """Whether a workflow starts something elsewhere, by a command that is not switched off or by an action."""
        commands = [one for one in self.workflows.ci.of(config) if STARTS.search(one.text)]
        if not commands:
            return bool(STARTS.search(text))
        return any(not one.never and self._leads(one, files) for one in commands)

    def _leads(self, command: Command, files: tuple[str, ...]) -> bool:
        """Whether what a command starts trains, as far as it is a workflow that is read here."""
        ci = self.workflows.ci
        named = [one for one in ci.configs if self._means(command.text, command.words, one)]
        if (
            not DISPATCHES.search(command.text)
            or not named
            or any(o.at.path == c.path for o in ci.opaque for c in named)
        ):
            return True
        return any(trains(one.text, files) for config in named for one in ci.of(config) if not one.never)

    def _dispatches(self, wanted: CiConfig) -> Location | None:
        """Code or another workflow that starts a workflow, or one that cannot be told."""
        if (where := self.sending.starter) is not None:
            return where
        for config in self.workflows.ci.configs:
            commands = [one for one in self.workflows.ci.of(config) if DISPATCHES.search(one.text)]
            for one in commands:
                if not one.never and self._means(one.text, one.words, wanted):
                    return one.at
            if not commands and DISPATCHES.search(bare(self.view, config.path)):
                return Location(config.path)
        return None

    def _means(self, text: str, words: tuple[str, ...], wanted: CiConfig) -> bool:
        """Whether a command that starts a workflow starts that one, or may."""
        match = re.search(r"/workflows/([\w.-]+)/dispatches", text)
        given = match[1] if match else ""
        if words[:3] == ("gh", "workflow", "run"):
            given = next((word for word in words[3:] if not word.startswith("-")), "")
        if not given or "$" in given or given.isdigit():
            return True
        file = wanted.path.rpartition("/")[2]
        title = word(walk(yaml_of(self.view, wanted.path), "name"))
        return given.rpartition("/")[2].lower() in (file.lower(), file.partition(".")[0].lower(), title.lower())

    def _files(self, trained_by: str | None) -> tuple[str, ...]:
        roots = self.serving.roots_of(trained_by) if trained_by else ()
        return tuple(dict.fromkeys(root.path for root in roots))

    def _runs(self, words: tuple[str, ...], trained_by: str | None) -> bool:
        """A script or module whose run reaches the training."""
        roots = self.serving.roots_of(trained_by) if trained_by else ()
        wanted = {root for root in roots if root.qualname not in ("", "<main>")}
        given = next((word for word in words[1:] if word.endswith(".py")), "")
        module = words[words.index("-m") + 1] if "-m" in words[:-1] else ""
        file = (
            self.code.module_file(module)
            if module
            else next((p for p in self.code.modules if given and p.endswith(given)), None)
        )
        if not wanted or file is None or file not in self.code.modules:
            return False
        reach = self.code.reachable([self.code.modules[file].body, self.code.modules[file].main])
        return any(one in reach for one in wanted)

    def _code(self, path: str, roots: tuple[Definition, ...], trigger: str, trained_by: str | None) -> Start:
        facts = [
            self.code.modules[one.path].facts[one.qualname] for one in roots[:1] if one.qualname not in ("", "<main>")
        ]
        at = self.code.at(roots[0])
        if facts and facts[0].stub:
            return Start(at, lacks=f"does nothing: {facts[0].stub}")
        scheduled = Dags(self.code, self.serving.roots_of(trained_by) if trained_by else (), self._files(trained_by))
        if (judged := scheduled.judge(path, trigger)) is not None:
            return judged
        if trigger == "schedule" and (clock := self._idle_clock(path, trained_by)) is not None:
            return Start(clock, lacks="starts no training by its clock")
        reach = self.code.reachable(roots)
        told = list(running(self.code, reach))
        text = " ".join(told)
        wanted = set(self.serving.roots_of(trained_by)) if trained_by else set()
        known = any(one in reach and one.qualname not in ("", "<main>") for one in wanted) or self._called(
            reach, wanted
        )
        if not known and not self._starting([text]) and not TRAINS.search(" ".join(acting(told))):
            if any(self.code.graph.node(one).opaque for one in roots):
                return Start(at, unclear="makes calls that cannot be followed")
            return Start(at, lacks="starts no training")
        if not known and trigger != "schedule" and (why := self.sending.unheard([text], reach.definitions)):
            return Start(at, lacks=why)
        shown = bare(self.view, path)
        if trigger == "schedule" and UNSCHEDULED.search(shown) and (caller := self._triggers(path)) is not None:
            return Start(caller, unclear="may start it at some time")
        if trigger == "schedule" and not CRON.search(text) and not CRON.search(UNSCHEDULED.sub("", shown)):
            config = next(
                (c for c in self.workflows.ci.configs if path.rpartition("/")[2] in bare(self.view, c.path)), None
            )
            if config is None or self.workflows.schedule(config) is None:
                return Start(self._unscheduled(path) or at, lacks="has no schedule")
        return Start(at, fulfils=True)

    def _idle_clock(self, path: str, trained_by: str | None) -> Location | None:
        return idle_clock(self.code, path, self.serving.roots_of(trained_by) if trained_by else ())

    def _unscheduled(self, path: str) -> Location | None:
        """The line that takes the schedule away."""
        lines = (text_of(self.view, path) or "").split("\n")
        return next((Location(path, n) for n, line in enumerate(lines, 1) if UNSCHEDULED.search(line)), None)

    def _triggers(self, path: str) -> Location | None:
        """Another file that starts workflows of Airflow by name."""
        others = (other for other in self.code.modules if other != path and not self.code.is_test(other))
        words = re.compile(r"TriggerDagRun|trigger_dag|dagRuns|dags trigger")
        return next((Location(other) for other in others if words.search(bare(self.view, other))), None)

    def _called(self, reach: Reach, wanted: set[Definition]) -> bool:
        files = {one.path for one in wanted}
        return any(one.path in files and one.qualname not in ("", "<main>") for one in reach.definitions)

    def _starting(self, texts: list[str]) -> bool:
        return any(STARTS.search(text) for text in texts)


@provides
def retraining(charter: Charter, code: Code, workflows: Workflows, pointers: Pointers, serving: Serving) -> Retraining:
    """Judged when asked for. With a pretrained base alone, what is renewed is its evaluation or its index."""
    trains = charter.has("model", "trained_by") or not charter.has("model", "base")
    return Retraining(code, workflows, pointers, serving, trains=trains)
