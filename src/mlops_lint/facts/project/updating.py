"""Who notices that a dependency changed: bots, and audits that run on a schedule."""

from __future__ import annotations

import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import items, parents, text_of, walk, yaml_of
from mlops_lint.facts.project.workflows import Workflows
from mlops_lint.model import Location

_BOTS = re.compile(
    r"(?:\.github/)?dependabot\.ya?ml|(?:\.github/|\.gitlab/)?(?:\.?renovate(?:rc)?(?:\.json5?)?)|\.renovaterc(?:\.json5?)?|\.pyup\.ya?ml|\.snyk"
    r"|\.?whitesource|\.mend/.+|\.depfu\.yml|\.github/renovate\.json5?"
)
_AUDITS = re.compile(
    r"pip-audit|pip_audit|\bsafety (?:check|scan)|\btrivy\b|\bsnyk\b|\bgrype\b|osv-scanner|dependency-check"
    r"|pip-compile --upgrade|uv lock --upgrade"
    r"|poetry (?:update|audit)|pip list --outdated|renovate|pur\b|\bgh-action-pip-audit|anchore|docker scout"
    r"|conda-lock|bundler-audit|uv-audit|govulncheck"
)


class Updating:
    """Looked for at the root and in the folders down to the project."""

    def __init__(self, workflows: Workflows, folder: str) -> None:
        self.workflows = workflows
        self.folder = folder

    def watched(self) -> Location | None:
        """The bot's file, or the audit."""
        view = self.workflows.view
        for base in parents(self.folder):
            for path in view.entries:
                relative = path[len(base) + 1 :] if base else path
                if (not base or path.startswith(f"{base}/")) and _BOTS.fullmatch(relative) and not self._idle(path):
                    return Location(path)
        return self._audit()

    def _idle(self, path: str) -> bool:
        """A file that switches everything off."""
        text = text_of(self.workflows.view, path) or ""
        if "dependabot" in path:
            return not items(walk(yaml_of(self.workflows.view, path), "updates"))
        return not text.strip() or bool(re.search(r"\"enabled\"\s*:\s*false", text) and text.count("enabled") == 1)

    def _audit(self) -> Location | None:
        for config in self.workflows.ci.configs:
            if self.workflows.schedule(config) is None and self.workflows.events(config):
                continue
            for command in self.workflows.ci.of(config):
                if not command.never and _AUDITS.search(command.text):
                    return command.at
            for job in self.workflows.jobs[config.path]:
                for text, at in job.actions:
                    if _AUDITS.search(text):
                        return at
        return None


@provides
def updating(workflows: Workflows, project: Project) -> Updating:
    """Looked for when asked for."""
    return Updating(workflows, project.folder)
