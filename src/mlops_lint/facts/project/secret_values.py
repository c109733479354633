"""Which values are secrets: by their own shape, or by the name that they are given to."""

from __future__ import annotations

import base64
import math
import re
from collections import Counter

STRONG = "strong"
WEAK = "weak"

_SHAPES = {
    "an AWS access key": r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])",
    "a GitHub token": r"(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})",
    "a GitLab token": r"(?<!\w)glpat-[\w-]{20,}",
    "a Slack token": r"(?<!\w)xox[abprs]-[0-9A-Za-z-]{20,}",
    "a Slack webhook": r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}",
    "a Google API key": r"(?<!\w)AIza[0-9A-Za-z_-]{35}(?!\w)",
    "an OpenAI key": r"(?<![\w-])sk-(?:proj-|svcacct-|ant-[\w]{2,10}-)?[A-Za-z0-9_-]{20,}",
    "a Hugging Face token": r"(?<!\w)hf_[A-Za-z0-9]{30,}",
    "a Groq key": r"(?<!\w)gsk_[A-Za-z0-9]{40,}",
    "a Stripe key": r"(?<!\w)[sr]k_live_[A-Za-z0-9]{20,}",
    "a SendGrid key": r"(?<!\w)SG\.[\w-]{20,}\.[\w-]{20,}",
    "a PyPI token": r"(?<!\w)pypi-[\w-]{50,}",
    "an Azure storage key": r"AccountKey=[A-Za-z0-9+/]{60,}={0,2}",
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\\n|\s|\"|')+[A-Za-z0-9+/=]{40,}",
    "a JSON web token": r"(?<![\w.])eyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}",
    "a password in an address": r"\b[a-z][a-z0-9+]{2,30}://[^\s:/@\"'{}$<>%()*]{1,60}:[^\s:/@\"'{}$<>()*]{3,80}@[\w.-]{3,}",
}
ANY_SHAPE = re.compile("|".join(_SHAPES.values()))
_SHAPE_OF = {label: re.compile(shape) for label, shape in _SHAPES.items()}
_URL_PARTS = re.compile(r"://([^:/@]*):([^@]*)@([\w.-]*)")

NAMES = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secrets?|token|(?:api|secret|access|auth|private|account|consumer|client|signing|"
    r"encryption|subscription|storage|master|service|kaggle|wandb|neptune|comet|openai|cohere|pinecone|app|project)"
    r"[_. -]?(?:secret[_. -]?)?key|apikey|credentials?|connection[_. -]?string|conn[_. -]?str|authorization)"
    r"(?:[_. -]?id)?[0-9]?$",
    re.IGNORECASE,
)
HINTS = re.compile(
    r"pass|pwd|secret|token|key|credential|conn|authorization|login|://[^\s:/@]+:[^\s/@]+@|AKIA|ASIA|gh[pousr]_|"
    r"github_pat_|glpat-|xox[abprs]-|hooks\.slack|AIza|sk-|hf_|gsk_|k_live_|SG\.|pypi-|eyJ",
    re.IGNORECASE,
)
_NO_SECRET_NAMES = re.compile(
    r"(?:pad|eos|bos|cls|sep|unk|mask|start|end|special|stop|next|new|max|min|num|n|vocab|public|sort|primary|foreign|"
    r"partition|cache|tokeni[sz]er|word|sub|text|image|query|page|continuation|csrf|xsrf|by|compass|encom|bypass)"
    r"[_. -]?(?:token|tokens|key|pass)(?:[_. -]?id)?[0-9]?$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"your|example|sample|dummy|fake|placeholder|change|replace|insert|xxx|\*\*|\.\.\.|todo|fixme|<|>|\{|\}|\$|%\(|"
    r"#\{|redacted|hidden|removed|enter|fill|none|null|undefined|not[-_ ]?(?:used|needed|set|required)|no[-_]?need|"
    r"no[-_]?key|test|mock|demo|local|lorem|foo|bar|abcd|1234567|secret[-_ ]?(?:name|ref)|"
    r"ssm:|vault|arn:|azurekeyvault|"
    r"kms|env\b|environ|getenv|secrets\.|-----{1}$|^-+$|^[*x.#_-]+$|my[-_]|insecure|unused|ignored?|empty|invalid",
    re.IGNORECASE,
)
_NOT_NEEDED = re.compile(
    r"(?:sk-?)?(?:no[-_ ]?(?:api[-_ ]?)?keys?(?:[-_ ]?(?:is[-_ ]?)?(?:needed|required|used|necessary))?|"
    r"no[-_ ]?(?:need(?:ed)?|required)|not[-_ ]?(?:used|needed|set|required|necessary|applicable)|"
    r"none|null|unused|empty)",
    re.IGNORECASE,
)
"""What is given to a client of a local service, which asks for no key."""
_REFERENCE = re.compile(
    r"^(?:https?://|s3://|gs://|file:|/|\./|~|@|projects/|[\w-]+\.(?:json|ya?ml|txt|pem|key|env|py)$)"
)
_CODE = re.compile(r"^[A-Za-z_][\w.]*(?:\(|\[)|^(?:os|env|config|settings|self|secrets|ctx|args|var|data|local)\.")
_PASSWORD = re.compile(r"pass|pwd", re.IGNORECASE)
_WORDS = re.compile(
    r"(?:[A-Z][a-z]|[a-z])[a-z]*(?:[-_. ](?:[A-Z][a-z]|[a-z])[a-z]*)*[0-9]{0,4}|"
    r"[A-Z]+(?:[-_ ][A-Z]+)*[0-9]{0,4}|[0-9]{1,8}"
)
_FORMULA = re.compile(r"[A-Za-z0-9+/=_\-.:~]{16,2000}")
_INSIDE = re.compile(r"\b(?:password|pwd)=([^\s;'\"&{}<>$]{4,80})", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def shape(text: str) -> tuple[str, str]:
    """(what it is, how sure) of a known kind of secret in a text; ("", "") where there is none."""
    for label, pattern in _SHAPE_OF.items():
        for found in pattern.finditer(text):
            strength = _address(found[0]) if "address" in label else _token(found[0])
            if strength:
                return label, strength
    return "", ""


def _token(text: str) -> str:
    plain = text.rpartition("KEY-----")[2] or text
    if (_PLACEHOLDER.search(plain.removeprefix("-----")) and not text.startswith("-----")) or entropy(plain) < 3:
        return ""
    return STRONG if text.startswith("-----") or re.search(r"\d", plain) else ""


def _address(text: str) -> str:
    """A password in an address; the defaults of a local service are weak."""
    parts = _URL_PARTS.search(text)
    if parts is None or ("." not in parts[3] and parts[3] not in ("localhost",) and _plain_word(parts[2])):
        return WEAK if parts is not None else ""
    if _PLACEHOLDER.search(parts[2]) or _PLACEHOLDER.search(parts[1]) or _PLACEHOLDER.search(parts[3]):
        return WEAK if parts[3].startswith("localhost") else ""
    if parts[2].lower() in (parts[1].lower(), "password", "pass", "pwd", "pw", "secret", "token"):
        return ""
    if parts[3].startswith(("localhost", "127.", "0.0.0.0", "host.")) or _plain_word(parts[2]):  # noqa: S104
        return WEAK
    return STRONG


def given(name: str, value: str) -> str:
    """How sure it is that a value is a secret, as it is given to a name: `strong`, `weak` or empty."""
    name, value = name.strip(), value.strip()
    if not NAMES.search(name) or _NO_SECRET_NAMES.search(name):
        return ""
    value = re.sub(r"^(?:Bearer|Basic|Token|token)\s+", "", value)
    if len(value) < 4 or len(value) > 2_000 or _REFERENCE.match(value) or _CODE.search(value):
        return ""
    value = _decoded(value)
    if value.lower() == name.lower() or re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", value) or "environ" in value:
        return ""
    if _UUID.fullmatch(value):
        return STRONG if not re.search(r"id[0-9]?$", name, re.IGNORECASE) and len(set(value)) > 6 else ""
    if value.startswith("django-insecure-") and len(value) > 40:
        return STRONG
    if _NOT_NEEDED.fullmatch(value):
        return ""
    if _PLACEHOLDER.search(value):
        return WEAK if not re.search(r"your|xxx|<|\{|\$|\*|\.\.\.|^-", value, re.IGNORECASE) else ""
    if _PASSWORD.search(name):
        return _password(value)
    return _key(value, name)


def _password(value: str) -> str:
    if re.fullmatch(r"[a-z]{4} [a-z]{4} [a-z]{4} [a-z]{4}", value):
        return STRONG  # as mail services make them for programs
    if " " in value or len(value) > 200:
        return ""
    kinds = sum(bool(re.search(kind, value)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w\s]"))
    if _plain_word(value) or kinds < 2 or len(value) < 6:
        return WEAK
    return STRONG


def _key(value: str, name: str) -> str:
    if _plain_word(value) or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return WEAK if re.search(r"secret", name, re.IGNORECASE) and len(value) > 5 else ""
    if sum(map(len, re.findall(r"[a-z]{3,}|[A-Z]{3,}", value))) > 0.6 * len(value):
        return WEAK if "secret" in name.lower() else ""
    if "secret" in name.lower() and len(value) >= 12 and " " not in value:
        return STRONG
    if not _FORMULA.fullmatch(value) or re.search(r"id[0-9]?$", name, re.IGNORECASE):
        return ""
    return STRONG if entropy(value) >= 3.1 and len(re.findall(r"\d", value)) >= 2 else ""


def _decoded(value: str) -> str:
    """What base64 hides where it is plain text: `user:password`."""
    if not value.endswith("=") or len(value) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]{4,200}={1,2}", value):
        return value
    text = base64.b64decode(value).decode("ascii", "replace")
    return text.rpartition(":")[2] if text.isprintable() and text.isascii() else value


def _plain_word(value: str) -> bool:
    """Words as one writes them, with at most a number behind."""
    return bool(_WORDS.fullmatch(value))


def inside(text: str) -> str:
    """The same of `password=…` inside a longer text, as connection strings have it."""
    found = _INSIDE.search(text)
    return given("password", found[1]) if found else ""


def entropy(text: str) -> float:
    """Bits for each character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) if text else 0.0
