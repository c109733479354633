"""Functions that a language model's agent calls by itself, with arguments that the model writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Constant, Definition, Reach
from mlops_lint.facts.project.reading import text_of
from mlops_lint.repo.view import Unreadable

_AGENTS = re.compile(
    r"^(?:langchain|langgraph|pydantic_ai|agents|smolagents|crewai|llama_index|dspy|haystack|google\.adk|strands|autogen)"
    r"[\w.]*\.(?:AgentExecutor|create_react_agent|create_agent|initialize_agent|ToolNode|Agent|FunctionAgent|ReActAgent|"
    r"ToolCallingAgent|CodeAgent|AgentWorkflow|from_tools|ReAct|LlmAgent|AssistantAgent|ToolInvoker)$"
)
_DECORATED = re.compile(r"^pydantic_ai\.Agent\(\)\.tool(?:_plain)?(?:\(\))?$")
_ASKED = re.compile(
    r"\binterrupt(?:_before|_after|_on)?\b|Human(?:Approval|InTheLoop|Layer)|human_(?:input|in_the_loop|approval)|"
    r"(?:requires?|needs?)_(?:approval|confirmation)|DeferredTool|ApprovalRequired|UserProxyAgent|confirmation_callback"
)
"""Ways in which such a library lets a person say yes before a tool runs."""
_CONTEXT = re.compile(r"^(?:self|cls|ctx|context|config|state|run_context|tool_context|runtime)$")


def tools(code: Code, within: Reach) -> dict[Definition, frozenset[str]]:
    """Such functions and their parameters, of agents made within reach; none where a person is asked first."""
    paths = [path for path in code.modules if not code.is_test(path)]
    if any(_ASKED.search(text_of(code.view, path) or "") for path in paths):
        return {}
    found = [*_registered(code, within), *_decorated(code, paths)]
    return {one: _written(code, one) for one in found}


def _registered(code: Code, within: Reach) -> Iterator[Definition]:
    for name, uses in code.graph.canonical.items():
        if not _AGENTS.match(name.replace("()", "")):
            continue
        for path, use in uses:
            by = code.graph.scope(path, use.scope)
            call = _call(code, path, use.line, name) if use.call and not code.is_test(path) and by in within else None
            given = next((word.value for word in call.keywords if word.arg == "tools"), None) if call else None
            given = given or (call.args[1] if call and len(call.args) > 1 else None)
            if given is not None:
                yield from _functions(code, by, given, 2)


def _decorated(code: Code, paths: list[str]) -> Iterator[Definition]:
    for path in paths:
        for name, one in code.modules[path].definitions.items():
            texts = code.modules[path].facts[name].decorators if one.kind == "function" else ()
            if any(_DECORATED.match(code.canonical(path, "", text) or "") for text in texts):
                yield one


def _call(code: Code, path: str, line: int, name: str) -> ast.Call | None:
    last = name.removesuffix("()").rpartition(".")[2]
    try:
        tree = code.source(path).tree
    except (DocumentError, Unreadable):
        return None
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.lineno <= line)
    near = [node for node in calls if line <= (node.end_lineno or line)]
    return next((node for node in near if chain(node.func).rpartition(".")[2] == last), None)


def _functions(code: Code, by: Definition, given: ast.expr, depth: int) -> Iterator[Definition]:
    """The project's functions that a list of tools names, be it by the list's name or within a wrapper."""
    for part in ast.walk(given):
        if not isinstance(part, ast.Name | ast.Attribute):
            continue
        value = code.resolve(by.path, by.qualname, chain(part))
        if isinstance(value, Definition):
            if value.kind == "function":
                yield value
        elif depth and isinstance(part, ast.Name) and (listed := _listed(code, by, part.id)) is not None:
            yield from _functions(code, by, listed, depth - 1)


def _listed(code: Code, by: Definition, name: str) -> ast.expr | None:
    table = code.lookup(by.path, name)
    path = table.path if isinstance(table, Constant) else by.path
    trees = [code.node(by), code.source(path).tree]
    found = [
        node.value for tree in trees for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    ]  # fmt: skip
    return found[0] if found else None


def _written(code: Code, one: Definition) -> frozenset[str]:
    names = code.modules[one.path].facts[one.qualname].parameters
    return frozenset(name for name in names if not _CONTEXT.match(name))
