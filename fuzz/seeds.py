"""Where the targets start: files of the examples and of the tests, and forms that have broken readers before."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

ROOT = Path(__file__).parent.parent
_SHA = b"0123456789abcdef0123456789abcdef01234567"


def _files(*patterns: str) -> list[bytes]:
    return [file.read_bytes() for pattern in patterns for file in sorted(ROOT.glob(pattern))]


def charters() -> list[bytes]:
    """Charters that are whole, and one of each kind of fault."""
    return [
        *_files("tests/charters/*.yaml", "examples/*/mlproject.yaml"),
        b"charter: 1\nextends: base.yaml\nproject: {name: [}\n",
        b"charter: 1\nproject:\n\tname: a\ngoal: 'open\n",
        b"charter: 1\ncharter: 2\n<<: *a\ngoal: &a !!python/object:os.system {x: *a}\n---\nb: 1\n",
        b"project: {stage: no, reviewed: 2024-13-45}\nmetric: {target: 1e400, name: [recall, f1]}\n",
        b"\xef\xbb\xbfcharter: 1\r\nproject: {}\r\nmetric: {none_because: later}\r\nunconfirmed: [metric]\r\n",
    ]


def yaml() -> list[bytes]:
    """YAML that is not a charter: workflows, DVC files, anchors, tags, odd keys."""
    return [
        *_files("examples/churn/.github/workflows/*.yml", "examples/churn/dvc.*", "examples/churn/ops/*.yaml"),
        b"a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\n<<: {x: 1}\n",
        b"on: push\n? [1, 2]\n: x\n1: a\nnull: b\n!Ref a: !Custom {b: !!binary aGk=}\n",
        b'- |\n  text\n- >-\n  more\n- "\\ud83d\\u0041"\n- 0o17\n- .inf\n- 1:30:00\n--- x\n...\n',
        b"%YAML 1.3\n---\na: b\n",
    ]


def json_() -> list[bytes]:
    """JSON with nesting, escapes, repeated keys and words that only Python writes."""
    return [
        *_files("examples/churn/metrics/*.json"),
        b'{"a": [1, -0.0, 1e400, NaN, -Infinity, null, true], "a": {"b": "\\ud800 \\u00e9 \\n"}}',
        b"\xef\xbb\xbf[]",
        '{"é": "\u2028"}'.encode("utf-16"),
        b"[" * 120 + b"]" * 120,
    ]


def toml() -> list[bytes]:
    """Tables, arrays of tables, dotted and quoted keys, dates, texts of many lines."""
    return [
        *_files("pyproject.toml", "examples/churn/pyproject.toml"),
        b'a.b."c d".e = 1\n[[x]]\ny = """\n[not.a.table]\n"""\n[[x]]\nz = 2024-01-01T00:00:00Z\n',
        b"[t.u]\nv = [[1], [{w = 2}]]\n[t.u.v]\n",
        b"a = 0x1F\nb = inf\nc = nan\nd = 07:32:00\n'' = 1\n",
    ]


def python() -> list[bytes]:
    """Modules of the example, and syntax that seldom stands in one."""
    return [
        *_files("examples/churn/src/churn/*.py"),
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"match x:\n    case {'a': [1, *_]} | None if y: pass\n",
        b"@d(lambda: 0)\nasync def f(a, /, *b: int, c=1, **d): yield\n",
        b"class A[T](B, metaclass=M):\n    x: 'int' = 1\n    def f(self): self.y = super().f()\nfrom . import *\n",
        b"(" * 60 + b")" * 60 + b"\nf'{a!r:>{b}}'\nx = y = z\n",
        b"\xef\xbb\xbfdef f():\r\n\treturn [i async for i in g() if (j := i)]\r",
    ]


def _notebook(*sources: object, **more: object) -> bytes:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, **more}).encode()


def notebooks() -> list[bytes]:
    """Version 4 and 3, magics, cells that are none."""
    return [
        _notebook("import a\n", ["%matplotlib inline\n", "x = !ls\n", "model.fit(X, y)"], "print 'two'"),
        _notebook("%%time\na = 1", "%%bash\nls", 5, None, ["a", 1], metadata={"language_info": {"name": "python"}}),
        b'{"worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}, 5]}, 6]}',
        b'{"cells": {}, "metadata": []}',
        b'{"cells": [{"cell_type": "code", "source": "\\ud800 = 1  # mlops-lint: ignore[MT003] x"}]}',
    ]


def encoded() -> list[bytes]:
    """Facts as they are kept."""
    from mlops_lint.facts.files.encoding import encode
    from mlops_lint.facts.files.store import work_out

    return [encode(work_out(".py", source)) for source in python()] + [b'[{"a": 1}, [[0]], [], [], [], null, false]']


def shell() -> list[bytes]:
    """Scripts as continuous integration has them."""
    return [
        *_files(".ci/run"),
        b"set -e -o pipefail\nif a; then b || true; elif c; then d; else e; fi; for x in y; do z & done\n",
        b"case $x in a|b) c;; *) d;; esac\nf() { g; }\nfunction h { (i; j) | k; }\ncat <<'E' | l\n$(x\nE\n",
        b"X='a b'\n\"$X\" ${Y:-1} $(echo `z`) >o 2>&1 <<< w && ! m || exit 0\n",
    ]


def makefiles() -> list[bytes]:
    """Rules, variables that name each other, conditions, definitions."""
    return [
        b"A = $(B)\nB := x\nexport C ?= 1\nall: a b\n\t-@pytest \\\n\t  -q $(A)\n\n.PHONY: all\ninclude x.mk\n",
        b"define D\nx\nendef\nifeq ($(A),1)\na: b ; c\nendif\n%.o: %.c\n\techo $$PATH $(shell x)\n",
        b"A=$(A)$(A)\na:\n\t$(A)\n",
    ]


def requirements() -> list[bytes]:
    """Requirements, Markdown and tables."""
    return [
        *_files("examples/churn/requirements.lock", "README.md"),
        b"-r a.txt\n-c b\n-e git+https://x/y@"
        + _SHA
        + b"#egg=z\na[b]>=1,<2 ; python_version<'3' \\\n  --hash=sha256:0\n",
        b'a,b;c\n"1\n2",3\n',
        b"# A\n## [B](x) `c`\nT\n===\n<a id='d'>\n```\n# no\n```\n# A\n",
    ]


def comments() -> list[bytes]:
    """Suppressions, and what only looks like one."""
    return [
        b"x = 1  # mlops-lint: ignore[MT003, unseeded-split] reason\n# mlops-lint: ignore\n",
        b"'# mlops-lint: ignore[A] b'\n<!-- mlops-lint: ignore[MT003] - why --> text <!-- b\n",
        b"a: 'it''s # no' # mlops-lint: ignore[x]y#z\n```\n<!-- mlops-lint: ignore[A] b -->\n```\n",
        *notebooks()[-1:],
    ]


def configuration() -> list[bytes]:
    """Every key, and wrong values."""
    return [
        b'[tool.mlops-lint]\nselect = ["MT"]\nexclude = ["a/**"]\nfail-on = "error"\nmin-level = 2\nstrict = true\n',
        b'select = "MT"\nper-file-ignores = {"a" = ["b"]}\nmin-level = 9\n',
        b'exclude = ["../x"]\nnonsense = 1\n',
    ]


def words() -> list[bytes]:
    """Paths and messages that try to be something else."""
    found = [
        "src/a.py", "\x1b]8;;http://x\x07", "a\n::error file=x::y", "##[group]x ##vso[task.y]", "..//../etc/passwd",
        "[a](1) {0} <b> & | ` @x #1", "\u202e\u2066\u200b\ufeff\U000e0041", "50%25\r\n",
        "=cmd|' /C calc'!A0", "한글\u0301",
    ]  # fmt: skip
    return [b"\0" + text.encode() for text in found] + [b"\0\xff\x9b31m", b"\xff\x00\xd8a\x00", b""]


def git_folders() -> list[bytes]:
    """HEAD and references of a few repositories."""
    from fuzz.repository import SEPARATOR

    line = _SHA + b" refs/heads/main\n"
    return [
        b"ref: refs/heads/main" + SEPARATOR + b"# pack-refs\n" + line + b"^" + _SHA + b"\n",
        _SHA + b"\n" + SEPARATOR * 2 + _SHA,
        SEPARATOR * 2 + b"ref: refs/heads/other" + SEPARATOR + b"ref: refs/heads/main",
        b"ref: refs/../../etc/passwd" + SEPARATOR * 4 + _SHA + SEPARATOR + b"[extensions]\nobjectformat = sha256\n",
        SEPARATOR * 7 + b"../x\0" + SEPARATOR + b"gitdir: ../.git\n",
    ]


def git_answers() -> list[bytes]:
    """What the allowed commands print."""
    stat = b"  ctime: 1:2\n  mtime: 3:4\n  dev: 5\tino: 6\n  uid: 7\tgid: 8\n  size: 9\tflags: 0\n"
    return [
        b"H 100644 " + _SHA + b" 0\ta b\xff\0S 120000 " + _SHA + b" 2\tc\0",
        b"100644 blob " + _SHA + b"\tx/y\0",
        b"H 100644 " + _SHA + b" 0\ta\0" + stat + b"H 100644 " + _SHA + b" 0\tb\0" + stat,
        _SHA + b"\0A\0a@b\0" + b"2024-01-01\0s\0\n:100644 100644 0 1 M\0a.py\0" + _SHA + b"\0B\0b\0never\0\0",
    ]


def git_indexes() -> list[bytes]:
    """An index with one entry as git writes it, and with one that leaves the work tree."""
    return [_index(b"a.py"), _index(b"../x"), _index(b".git/config"), _index(b"a\nb", mode=0o120000), b"DIRC"]


def _index(name: bytes, mode: int = 0o100644) -> bytes:
    entry = struct.pack(">10I20sH", *[0] * 6, mode, 0, 0, 0, bytes(20), len(name)) + name
    body = b"DIRC" + struct.pack(">2I", 2, 1) + entry + bytes(8 - len(entry) % 8)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def runs() -> list[bytes]:
    """Each file of the example that may be changed, as it is, and some forms of it."""
    from fuzz.repository import CHANGED, example

    whole = [bytes([number]) + example().get(path, b"") for number, path in enumerate(CHANGED)]
    lies = [bytes([number]) + seed for number, some in ((0, charters()), (1, python()[-5:])) for seed in some]
    return [*whole, *lies, b"\x0c" + notebooks()[0], b"\x0d" + makefiles()[0], b"\x0e" + requirements()[2]]
