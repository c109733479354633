"""An escaper for every place that a repository's text is put into.

Each makes its text harmless there: it can neither end the place it stands in nor mean anything there. None leaves a
character that acts on a terminal: all begin with `clean`, or write such characters as what the place decodes.
"""

from __future__ import annotations

import html
import json as _json
import re
from collections.abc import Mapping
from typing import Any

from mlops_lint.report.sanitize import clean

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=@")
_GITHUB = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_GITHUB_PROPERTY = ((":", "%3A"), (",", "%2C"))
_AZURE = (("%", "%AZP25"), ("\r", "%0D"), ("\n", "%0A"))
_AZURE_PROPERTY = ((";", "%3B"), ("]", "%5D"))
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&$:@/=^\"'])")
_NO_XML = re.compile("[\ufffe\uffff]")
_SURROGATE = re.compile(r"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(\\ud[89a-f][0-9a-f]{2})")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def terminal(text: str) -> str:
    """One line for a terminal or a plain file."""
    return clean(text)


def github(text: str) -> str:
    """The text of a GitHub workflow command: percent and line ends encoded."""
    return clean(_encoded(text, _GITHUB))


def github_property(text: str) -> str:
    """A property of a GitHub workflow command: `:` and `,` encoded as well."""
    return _encoded(github(text), _GITHUB_PROPERTY)


def azure(text: str) -> str:
    """The text of an Azure logging command (`##vso[…]text`)."""
    return clean(_encoded(text, _AZURE))


def azure_property(text: str) -> str:
    """A property of an Azure logging command: `;` and `]` encoded as well."""
    return _encoded(azure(text), _AZURE_PROPERTY)


def markdown(text: str) -> str:
    """Text in Markdown: no markup, link, mention, issue number, table column or HTML comes of it."""
    return _MARKDOWN.sub(_entity, clean(text))


def markdown_code(text: str) -> str:
    """A code span that shows the text as it is, also in a table; longer backticks than any inside surround it."""
    inner = clean(text).replace("|", "\uff5c")  # a bar ends a column even in code
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", inner)), default=0))
    return f"{fence} {inner} {fence}" if inner.startswith(("`", " ")) or inner.endswith(("`", " ")) or not inner else (
        f"{fence}{inner}{fence}"
    )  # fmt: skip


def html_text(text: str) -> str:
    """Text between tags."""
    return html.escape(clean(text), quote=False)


def html_attribute(text: str) -> str:
    """The value of an attribute, in quotes of either kind; never for `href`, `src` or `style`."""
    return html.escape(clean(text), quote=True)


def xml_text(text: str) -> str:
    """Text of an XML 1.0 element; what XML cannot hold is written out."""
    return html.escape(_xml(text), quote=False)


def xml_attribute(text: str) -> str:
    """The value of an XML 1.0 attribute, in quotes of either kind."""
    return html.escape(_xml(text), quote=True)


def csv_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; quoting stays the writer's work."""
    return f"'{clean(text)}" if text.lstrip().startswith(_FORMULA) or clean(text).startswith(_FORMULA) else clean(text)


def uri(path: str) -> str:
    """A repository-relative URI; a path that would leave the root loses the parts that do."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(_quoted(part) for part in parts) or "."


def json(content: Any) -> str:
    """JSON text in ASCII, which holds no character a terminal acts on and no build server's command (`##[`)."""
    # DEL is the one control character that `json` leaves; outside of strings there is no `#`.
    written = _json.dumps(content, indent=2, ensure_ascii=True)
    if "\\ud" in written:
        written = _SURROGATE.sub(_alone, written)
    return written.replace("\x7f", "\\u007f").replace("##", "#\\u0023") + "\n"


def _alone(match: re.Match[str]) -> str:
    """Half a pair stands for a byte that is no UTF-8; many readers refuse a document that holds one."""
    return f"\\{match[0]}" if match[1] else match[0]


def _encoded(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for character, written in pairs:
        text = text.replace(character, written)
    return text


def _entity(match: re.Match[str]) -> str:
    """A character reference: unlike a backslash it also holds inside of HTML, and stops mentions and autolinks."""
    return f"&#{ord(match[1])};"


def _xml(text: str) -> str:
    return _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", clean(text))


def _quoted(part: str) -> str:
    """The bytes of a path as it stands on disk; what no path can hold becomes a replacement character."""
    whole = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\ufffd", part).encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in whole)


ESCAPERS: Mapping[str, Any] = {
    "terminal": terminal,
    "github": github,
    "github_property": github_property,
    "azure": azure,
    "azure_property": azure_property,
    "markdown": markdown,
    "markdown_code": markdown_code,
    "html_text": html_text,
    "html_attribute": html_attribute,
    "xml_text": xml_text,
    "xml_attribute": xml_attribute,
    "csv_cell": csv_cell,
    "uri": uri,
    "json": json,
}
"""Where text is put -> what makes it harmless there."""
