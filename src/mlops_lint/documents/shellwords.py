"""Words and operators of a shell script."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPERATORS = ("&&", "||", ";;", ";", "|&", "|", "&", "\n", "(", ")")
_REDIRECT = re.compile(r"(?:&>>?|\d*(?:>>|>&|>\||>|<<<|<>|<&|<))")
_HEREDOC = re.compile(r"\d*<<-?[ \t]*(\\?[\w.-]+|'[^'\n]*'|\"[^\"\n]*\")")


@dataclass(frozen=True, slots=True)
class Token:
    """A word without its quotes, or an operator; `line` is 0-based."""

    text: str
    line: int
    operator: bool = False


def tokens(text: str) -> list[Token]:
    """Comments, redirections and here-documents are left out."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 0
        self.tokens: list[Token] = []
        self.heredocs: list[str] = []

    def run(self) -> list[Token]:
        while self.at < len(self.text):
            self._step()
        return self.tokens

    def _step(self) -> None:
        text, at = self.text, self.at
        char = text[at]
        if char in " \t":
            self.at += 1
        elif text.startswith("\\\n", at):
            self.at += 2
            self.line += 1
        elif char == "#":
            end = text.find("\n", at)
            self.at = len(text) if end < 0 else end
        elif text.startswith(("<(", ">("), at):
            line = self.line
            self.tokens.append(Token(self._nested(), line))
        elif match := _HEREDOC.match(text, at):
            self.heredocs.append(match.group(1).strip("'\"\\"))
            self.at = match.end()
        elif match := _REDIRECT.match(text, at):
            self.at = match.end()
            self._redirect_target()
        else:
            self._operator_or_word()

    def _operator_or_word(self) -> None:
        for operator in _OPERATORS:
            if self.text.startswith(operator, self.at):
                self.tokens.append(Token(operator, self.line, operator=True))
                self.at += len(operator)
                if operator == "\n":
                    self.line += 1
                    self._skip_heredocs()
                return
        line = self.line
        self.tokens.append(Token(self._word(), line))

    def _redirect_target(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1
        if self.at < len(self.text) and self.text[self.at] not in "\n;|&()<>":
            self._word()

    def _skip_heredocs(self) -> None:
        for delimiter in self.heredocs:
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                self.at = min(end + 1, len(self.text))
                self.line += 1
                if line.strip() == delimiter:
                    break
        self.heredocs = []

    def _word(self) -> str:
        parts = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t\n;&|()<>":
                break
            parts.append(self._piece(char))
        return "".join(parts)

    def _piece(self, char: str) -> str:
        text, at = self.text, self.at
        if char == "\\":
            self.at += 2
            if text[at + 1 : at + 2] == "\n":
                self.line += 1
                return ""
            return text[at + 1 : at + 2]
        if char in "'\"":
            return self._quoted(char)
        if text.startswith(("$(", "${"), at) or char == "`":
            return self._nested()
        self.at += 1
        return char

    def _quoted(self, quote: str) -> str:
        end = self.at + 1
        parts = []
        while end < len(self.text) and self.text[end] != quote:
            if quote == '"' and self.text[end] == "\\" and self.text[end + 1 : end + 2] in ('"', "\\", "$", "`", "\n"):
                end += 1
            parts.append(self.text[end : end + 1])
            end += 1
        self.line += self.text.count("\n", self.at, end)
        self.at = end + 1
        return "".join(parts)

    def _nested(self) -> str:
        start = self.at
        if self.text[start] == "`":
            end = self.text.find("`", start + 1)
            self.at = len(self.text) if end < 0 else end + 1
        else:
            opening = self.text[start + 1]
            closing = ")" if opening == "(" else "}"
            depth, end = 0, start + 1
            while end < len(self.text):
                depth += (self.text[end] == opening) - (self.text[end] == closing)
                end += 1
                if depth == 0:
                    break
            self.at = end
        self.line += self.text.count("\n", start, self.at)
        return self.text[start : self.at]
