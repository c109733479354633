"""Sentences that more than one format says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlops_lint.i18n import _, plural
from mlops_lint.maturity import LADDER
from mlops_lint.model import Diagnostic, Severity, State
from mlops_lint.results import Maturity, ProjectReport, Report

LISTED = 3


def counted(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or that there is nothing."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    errors, warnings, notes = (severities.count(severity) for severity in Severity)
    parts = [plural("{n} error", "{n} errors", errors)] if errors else []
    parts += [plural("{n} warning", "{n} warnings", warnings)] if warnings else []
    parts += [plural("{n} note", "{n} notes", notes)] if notes else []
    return ", ".join(parts) or _("No findings")


def notes(report: Report) -> list[str]:
    """What was set aside and by what: nobody silences the linter without a trace."""
    count = len(report.suppressed) + dict(report.more).get("set aside", 0)
    aside = plural("{n} finding is set aside by a comment", "{n} findings are set aside by comments", count)
    return [*([aside] if count else []), *report.config_notes]


def level_line(project: ProjectReport, maturity: Maturity) -> str:
    """`Level 1 of 4 · Declared · target 2 · held back by MT003 (metric-not-computed)`."""
    parts = [_("Level {level} of 4").format(level=maturity.level), _(maturity.name)]
    if maturity.waived:
        parts[0] += f" ({plural('{n} waived', '{n} waived', len(maturity.waived))})"
    parts.append(_("target {level}").format(level=maturity.target_level))
    if maturity.capped_by:
        sentence = plural(
            "capped by {{codes}}, a claim that is not true",
            "capped by {{codes}}, claims that are not true",
            len(maturity.capped_by),
        )
        parts.append(sentence.format(codes=_named(project, maturity.capped_by)))
    held = [code for code in maturity.held_by if code not in maturity.capped_by]
    if held:
        parts.append(_("held back by {codes}").format(codes=_named(project, held)))
    return " · ".join(parts)


def _named(project: ProjectReport, codes: Sequence[str]) -> str:
    unknown = {outcome.code for outcome in project.outcomes if outcome.state is State.CANNOT_TELL}
    shown = []
    for code in codes[:LISTED]:
        check = project.checks.get(code)
        words = [check.name] if check else []
        words += [_("cannot be told")] if code in unknown else []
        shown.append(f"{code} ({', '.join(words)})" if words else code)
    return _and_more(shown, len(codes) - LISTED)


def _and_more(shown: list[str], more: int) -> str:
    text = ", ".join(shown)
    return _("{text} and {n} more").format(text=text, n=more) if more > 0 else text


def outcome_line(project: ProjectReport) -> str:
    """`46 checks pass, 2 fail, 3 cannot be told (DE003, …), 9 do not apply, 6 are next steps`."""
    codes = {state: [o.code for o in project.outcomes if o.state is state] for state in State}
    failed = [code for code in codes[State.FAIL] if code not in project.next_steps]
    parts = [plural("{n} check passes", "{n} checks pass", len(codes[State.PASS]))]
    parts.append(plural("{n} fails", "{n} fail", len(failed)))
    if unknown := sorted(codes[State.CANNOT_TELL]):
        listed = ", ".join(unknown[:LISTED]) + (", …" if len(unknown) > LISTED else "")
        parts.append(plural("{n} cannot be told", "{n} cannot be told", len(unknown)) + f" ({listed})")
    if waived := len(codes[State.WAIVED]):
        parts.append(plural("{n} waived", "{n} waived", waived))
    parts.append(plural("{n} does not apply", "{n} do not apply", len(codes[State.NOT_APPLICABLE])))
    if steps := len(codes[State.FAIL]) - len(failed):
        parts.append(plural("{n} is a next step", "{n} are next steps", steps))
    return ", ".join(parts)


def no_level_line(project: ProjectReport) -> str:
    """Why no level is shown: a selection left gates out."""
    ran = {outcome.code for outcome in project.outcomes}
    left = [code for gates in LADDER.values() for code in gates if code not in ran]
    listed = ", ".join(left[:LISTED]) + (", …" if len(left) > LISTED else "")
    sentence = plural(
        "No level is shown: {n} gate was left out by `select` or `ignore` ({{codes}}), so it may or may not hold",
        "No level is shown: {n} gates were left out by `select` or `ignore` ({{codes}}), so they may or may not hold",
        len(left),
    )
    return sentence.format(codes=listed)


def not_built_line(maturity: Maturity) -> str:
    """Says that gates which no check looks at yet hold the level, too; empty where there are none."""
    count = len(maturity.not_built)
    if not count:
        return ""
    listed = ", ".join(maturity.not_built[:LISTED]) + (", …" if count > LISTED else "")
    sentence = plural(
        "the next level is not given yet: {n} of its gates has no check in this version ({{codes}})",
        "the next level is not given yet: {n} of its gates have no check in this version ({{codes}})",
        count,
    )
    return sentence.format(codes=listed)
