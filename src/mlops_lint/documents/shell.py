"""Shell scripts as continuous integration writes them: commands, and what becomes of their failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlops_lint.documents.shellwords import Token, tokens
from mlops_lint.documents.substitution import substituted

_SEPARATORS = frozenset({";", "&", "\n", ";;"})
_HARMLESS = frozenset({"true", ":", "echo", "printf"})
_ENDS = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}"})
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_LONE_ASSIGNMENT = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=(\"[^\"$`\n]*\"|'[^'\n]*'|[^\s;&|$`\"']*)[ \t]*(?:#.*)?$", re.M
)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?-([^}$]*))?\}|([A-Za-z_]\w*))")
_Done = Callable[[], bool]
_MAX_DEPTH = 40
MAX_SCRIPT = 200_000


@dataclass(frozen=True, slots=True)
class Simple:
    """One command of a script. `line` is 0-based, `scope` the subshells around it, `function` where it is defined."""

    words: tuple[str, ...]
    line: int
    text: str
    assigns: tuple[str, ...] = ()
    ignored: bool = False
    conditional: bool = False
    never: bool = False
    scope: tuple[int, ...] = ()
    function: str = ""


@dataclass(slots=True)
class _Item:
    words: tuple[str, ...]
    line: int
    assigns: tuple[str, ...]
    scope: tuple[int, ...]
    function: str
    conditional: bool
    errexit: bool
    text: str = ""
    ignored: bool = False
    never: bool = False


def substitute(text: str, env: Mapping[str, str]) -> str:
    """`$X`, `${X}` and `${X:-default}` by what is known of them; unknown ones stay as they are."""

    def replace(match: re.Match[str]) -> str:
        name, default, bare = match.groups()
        value = env.get(name or bare)
        if value is None:
            value = default
        return match.group() if value is None or "\n" in value else value

    return substituted(_VARIABLE, replace, text, max(MAX_SCRIPT, len(text)))


def assigned(text: str) -> dict[str, str]:
    """Variables that a script gives one literal value."""
    found: dict[str, str] = {}
    twice = set()
    for name, value in _LONE_ASSIGNMENT.findall(text):
        if name in found:
            twice.add(name)
        found[name] = value.strip("'\"")
    return {name: value for name, value in found.items() if name not in twice}


def parse_shell(
    text: str, env: Mapping[str, str] | None = None, *, errexit: bool = True, pipefail: bool = False
) -> list[Simple]:
    """The simple commands in order. `errexit` and `pipefail` are the options that the shell starts with."""
    if len(text) > MAX_SCRIPT:
        return []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    known = {**assigned(text), **(env or {})}
    parser = _Parser(tokens(substitute(text, known)), errexit=errexit, pipefail=pipefail)
    parser.script(handled="$?" in text or "PIPESTATUS" in text)
    return [
        Simple(
            words=item.words,
            line=item.line,
            text=lines[item.line].strip() if item.line < len(lines) else "",
            assigns=item.assigns,
            ignored=item.ignored,
            conditional=item.conditional,
            never=item.never,
            scope=item.scope,
            function=item.function,
        )
        for item in parser.items
    ]


class _Parser:
    def __init__(self, words: list[Token], *, errexit: bool, pipefail: bool) -> None:
        self.tokens = words
        self.at = 0
        self.items: list[_Item] = []
        self.errexit = errexit
        self.pipefail = pipefail
        self.conditional = 0
        self.scope: tuple[int, ...] = ()
        self.scopes = 0
        self.function = ""
        self.depth = 0

    def script(self, *, handled: bool) -> None:
        """Parse all; `handled` says that the script looks at exit codes itself."""
        groups: list[tuple[int, int]] = []
        while self.at < len(self.tokens):
            start = len(self.items)
            before = self.at
            self._and_or()
            if len(self.items) > start:
                groups.append((start, len(self.items)))
            if self.at == before or self._separator():
                self.at += 1
        if not handled:
            for start, end in groups[:-1]:
                for item in self.items[start:end]:
                    item.ignored |= not item.errexit
        self._after_exit()

    def _after_exit(self) -> None:
        gone = False
        for item in self.items:
            item.never |= gone and not item.function
            top = not item.conditional and not item.scope and not item.function
            gone |= top and item.words[:1] == ("exit",)

    def _peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _separator(self) -> bool:
        token = self._peek()
        return token is not None and token.operator and token.text in _SEPARATORS

    def _word(self, *texts: str) -> bool:
        token = self._peek()
        return token is not None and not token.operator and token.text in texts

    def _operator(self, *texts: str) -> bool:
        token = self._peek()
        return token is not None and token.operator and token.text in texts

    def _and_or(self) -> None:
        start = len(self.items)
        self._pipeline()
        while self._operator("&&", "||"):
            alternative = self.tokens[self.at].text == "||"
            self._skip_newlines(1)
            right = len(self.items)
            self.conditional += alternative
            self._pipeline()
            self.conditional -= alternative
            if alternative and self._harmless(right):
                for item in self.items[start:right]:
                    item.ignored = True

    def _skip_newlines(self, first: int) -> None:
        self.at += first
        while self._operator("\n"):
            self.at += 1

    def _harmless(self, start: int) -> bool:
        items = self.items[start:]
        return bool(items) and all(
            item.words[:1] and (item.words[0] in _HARMLESS or item.words in (("exit", "0"), ("return", "0")))
            for item in items
        )

    def _pipeline(self) -> None:
        while self._word("!"):
            self.at += 1
        start = len(self.items)
        self._command()
        while self._operator("|", "|&"):
            if not self.pipefail:
                for item in self.items[start:]:
                    item.ignored = True
            self._skip_newlines(1)
            start = len(self.items)
            self._command()

    def _command(self) -> None:
        if self.depth > _MAX_DEPTH:
            self.at = len(self.tokens)
            return
        self.depth += 1
        token = self._peek()
        if self._operator("("):
            self.scopes += 1
            outer, self.scope = self.scope, (*self.scope, self.scopes)
            self.at += 1
            self._until(lambda: self._operator(")"))
            self.scope = outer
        elif token is not None and not token.operator:
            self._keyword_or_simple(token.text)
        self.depth -= 1

    def _keyword_or_simple(self, word: str) -> None:
        if word == "{":
            self.at += 1
            self._until(lambda: self._word("}"))
        elif word == "if":
            self._block("fi", conditional=True)
        elif word in ("for", "select"):
            while self._peek() is not None and not self._word("do"):
                self.at += 1
            self._block("done", conditional=False)
        elif word in ("while", "until"):
            self._block("done", conditional=True)
        elif word == "case":
            self._case()
        elif word not in _ENDS:
            self._function_or_simple()

    def _block(self, end: str, *, conditional: bool) -> None:
        self.at += 1
        self.conditional += conditional
        self._until(lambda: self._word(end), skip=("then", "else", "elif", "do"))
        self.conditional -= conditional

    def _case(self) -> None:
        self.conditional += 1
        while self._peek() is not None and not self._word("esac"):
            while self._peek() is not None and not self._operator(")") and not self._word("esac"):
                self.at += 1
            if self._operator(")"):
                self.at += 1
                self._until(lambda: self._operator(";;") or self._word("esac"), consume=not self._word("esac"))
        self.at += 1
        self.conditional -= 1

    def _until(self, done: _Done, skip: tuple[str, ...] = (), *, consume: bool = True) -> None:
        while self._peek() is not None and not done():
            before = self.at
            if (self._separator() and not self._operator(";;")) or (skip and self._word(*skip)):
                self.at += 1
            else:
                self._and_or()
            if self.at == before:
                self.at += 1
        if consume and not self._word("esac"):
            self.at += 1

    def _function_or_simple(self) -> None:
        ahead = self.tokens[self.at : self.at + 3]
        brackets = [token.text for token in ahead[1:3] if token.operator] == ["(", ")"]
        keyword = ahead[0].text == "function" and len(ahead) > 1 and not ahead[1].operator
        if not (brackets or keyword):
            self._simple()
            return
        outer, self.function = self.function, ahead[1].text if keyword else ahead[0].text
        self.at += 2 if keyword else 3
        while self._operator("(", ")", "\n"):
            self.at += 1
        self._command()
        self.function = outer

    def _simple(self) -> None:
        words: list[str] = []
        assigns: list[str] = []
        line = self.tokens[self.at].line
        while (token := self._peek()) is not None and not token.operator:
            if not words and _ASSIGNMENT.match(token.text):
                assigns.append(token.text)
            else:
                words.append(token.text)
            self.at += 1
        if words[:1] == ["set"]:
            self._options(words[1:])
        self.items.append(
            _Item(tuple(words), line, tuple(assigns), self.scope, self.function, self.conditional > 0, self.errexit)
        )

    def _options(self, words: list[str]) -> None:
        for index, word in enumerate(words):
            on = word.startswith("-")
            if not on and not word.startswith("+"):
                continue
            named = words[index + 1] if word.endswith("o") and index + 1 < len(words) else ""
            if "e" in word[1:].replace("o", "") or named == "errexit":
                self.errexit = on
            if named == "pipefail":
                self.pipefail = on
