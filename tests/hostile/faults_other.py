# ruff: noqa: E501
"""Notebooks, JSON, TOML, tables, and the line-based files around a project."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from fault_cases import Case, Make, Says, nest, numbered, raw, text

NOTEBOOK, RECORD, PYPROJECT = "notebooks/hostile.ipynb", "metrics/eval.json", "pyproject.toml"
HEAD = '[project]\nname = "shop"\nrequires-python = ">=3.10"\n'


def _one(prefix: str, path: str) -> Callable[..., Case]:
    def case(name: str, made: str | bytes | Make, says: Says = "either", *others: tuple[str, Make]) -> Case:
        make = raw(made) if isinstance(made, bytes) else text(made) if isinstance(made, str) else made
        return Case(f"{prefix}-{name}", path, make, says, others=others)

    return case


def _json() -> Iterator[Case]:
    """As the record of the metric, which a check must read; and the same bytes as a notebook."""
    for prefix, path, worst in (("json", RECORD, "record"), ("notebook", NOTEBOOK, "record")):
        case = _one(prefix, path)
        broken: Says = "record" if worst else "either"
        for depth in (90, 5_000, 100_000):
            yield case(
                f"lists-{depth}", nest("[", "]", depth), "either" if depth < 100 and prefix == "json" else broken
            )
            yield case(f"maps-{depth}", nest('{"a":', "}", depth, "1"), "either" if depth < 100 else broken)
        yield case("unclosed", nest("[", "", 100_000), broken)
        yield case("bad-utf8", b'{"recall": "\xff"}', broken)
        yield case("nul", b'{"recall": \0}', broken)
        yield case("truncated", '{"recall": 0.7', broken)
        yield case("two-documents", '{"recall": 0.7} {"recall": 1}', broken)
        yield case("int-5000", '{"recall": ' + "9" * 5_000 + "}")
        yield case("not-a-number", '{"recall": NaN, "a": [Infinity, -Infinity]}')
        yield case("duplicates", '{"recall": 0.1, "recall": 0.9}')
        yield case("exponent", '{"recall": 1e999999999}')
        yield case("surrogate", '{"recall": "\\ud800", "\\udfff": 1}')
        yield case("bom", b'\xef\xbb\xbf{"recall": 0.74}')
        yield case("utf16", '{"recall": 0.74}'.encode("utf-16"))
        yield case("empty", b"", broken)
        yield case("only-nul", b"\0" * 10_000, broken)
        yield case("keys-60000", text(lambda: "{" + ",".join(f'"k{n}":{n}' for n in range(60_000)) + "}"))
        yield case("escapes", text('{"recall": "' + "\\u0041" * 100_000 + '"}'))
        yield case("quotes", text('"' * 100_001), broken)
        yield case("blanks", text('{"recall": 0.7}' + " " * 900_000))
        yield case("lines", text("\n" * 900_000 + '{"recall": 0.7}'))
        yield case("separators", text("[" + "," * 100_000), broken)


def _notebooks() -> Iterator[Case]:
    case = _one("notebook", NOTEBOOK)

    def book(cells: Any, **more: Any) -> Make:
        return lambda: json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, **more}).encode()

    def code(source: Any) -> dict[str, Any]:
        return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}

    yield case("cells-map", book({}))
    yield case("cells-text", book("x = 1"))
    yield case("cells-odd", book([1, None, [], "x", {"cell_type": 1}, {"cell_type": "code"}, code(1), code({"a": 1})]))
    yield case("source-odd", book([code([1, None, ["x"], "y = 1\n"]), code(None), code([[]])]))
    yield case("metadata-odd", book([code("x = 1")], metadata=[1]))
    yield case("kernel-odd", book([code("x = 1")], metadata={"kernelspec": {"language": [1]}, "language_info": "x"}))
    yield case(
        "worksheets",
        text(json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}, 1, {"cells": 2}]})),
    )
    yield case("top-list", "[1]", "record")
    yield case("python2-cell", book([code("print 'x'"), code("x = 1")]))
    yield case("magics", book([code("%%bash\nls"), code("%%" + "time " * 10_000), code("!ls\n?x\nx = !ls\nx?")]))
    yield case("magic-lines", book([code("%" + "a" * 100_000 + "\n" + "a = %b\n" * 10_000)]))
    yield case("commas", book([code(", " * 200_000 + "%")]))
    yield case("cells-20000", book([code("x = 1")] * 20_000))
    yield case("deep-cell", book([code("(" * 5_000), code("x = " + "-" * 50_000 + "1")]))
    yield case("surrogate-cell", book([code("x = '\ud800'\nopen(x)\n")]))
    yield case("nul-cell", book([code("x = 1\0")]))
    yield case("long-cell", book([code("x = 1\n" * 160_000)]))
    yield case("code-4MB", book([code("x = 1\n" * 700_000)]))
    yield case(
        "outputs-8MB",
        lambda: json.dumps({"cells": [{**code("x = 1"), "outputs": [{"data": "A" * 8_000_000}]}]}).encode(),
    )
    yield case(
        "outputs-objects", lambda: json.dumps({"cells": [{**code("x = 1"), "outputs": [{}] * 500_000}]}).encode()
    )
    yield case("too-large", lambda: b'{"cells": [' + b" " * 20_000_001 + b"]}", "record")


def _toml() -> Iterator[Case]:
    case = _one("toml", PYPROJECT)
    yield case("lists", HEAD + "a = " + "[" * 100_000, "record")
    yield case("lists-closed", HEAD + "a = " + "[" * 3_000 + "]" * 3_000 + "\n", "record")
    yield case("inline-tables", HEAD + "a = " + "{b = " * 3_000 + "1" + "}" * 3_000 + "\n", "record")
    yield case("dotted-key", HEAD + ".".join(["a"] * 10_000) + " = 1\n", "record")
    yield case("dotted-keys", text(lambda: HEAD + "".join(f"{'a.' * 400}k{n} = 1\n" for n in range(1_000))), "record")
    yield case("dotted-49", text(lambda: HEAD + "".join(f"{'a.' * 44}k{n} = 1\n" for n in range(9_000))))
    yield case("dotted-tables", text(lambda: "".join(f"[{'a.' * 300}t{n}]\n" for n in range(1_500))), "record")
    yield case("dotted-spaced", HEAD + " . ".join(["a"] * 5_000) + " = 1\n", "record")
    yield case("dotted-inline", HEAD + "x = {" + ".".join(["a"] * 20_000) + " = 1}\n")
    yield case(
        "dotted-inline-many",
        text(lambda: HEAD + "x = {" + ", ".join(f"{'a.' * 300}k{n} = 1" for n in range(1_500)) + "}\n"),
    )
    yield case("tables-50000", text(lambda: "".join(f"[t{n}]\n" for n in range(50_000))))
    yield case("table-arrays", text(HEAD + "[[a]]\n" * 100_000))
    yield case("keys-50000", text(lambda: HEAD + "".join(f"k{n} = {n}\n" for n in range(50_000))))
    yield case("huge-int", HEAD + "a = " + "9" * 5_000 + "\n")
    yield case("hex-int", HEAD + "a = 0x" + "f" * 900_000 + "\n")
    yield case("bad-utf8", b"a = '\xff'\n", "record")
    yield case("utf16", "a = 1\n".encode("utf-16"), "record")
    yield case("nul", b"a = '\0'\n", "record")
    yield case("duplicate", "a = 1\na = 2\n", "record")
    yield case("string-unclosed", "a = '''" + "x\n" * 100_000, "record")
    yield case("dates", HEAD + "a = 1979-05-27T07:32:00.999999999999-07:00\nb = 2024-13-45\n")
    yield case("too-large", "# x\n" * 300_000, "record")
    yield case("quoted-part", HEAD + '"' + "a" * 400_000 + "\n", "record")
    yield case("wrong-kinds", "project = 1\ntool = [1]\nbuild-system = 'x'\ndependency-groups = {a = 1}\n")
    yield case("wrong-inside", "[project]\ndependencies = {a = 1}\noptional-dependencies = [1]\nscripts = ['x']\n[tool]\npoetry = 1\n"
               "pytest = [1]\nuv = 'x'\n[tool.pdm]\nscripts = 1\n")  # fmt: skip
    yield case("groups-ring", HEAD + "[dependency-groups]\na = [{include-group = 'b'}]\nb = [{include-group = 'a'}]\n")
    yield case(
        "requirement",
        HEAD + "dependencies = ['" + "a[" * 50_000 + "', '" + "a, " * 50_000 + "', '" + " " * 200_000 + ";']\n",
    )
    yield case("scripts", HEAD + "[project.scripts]\na = '" + "a." * 20_000 + "b:" + "c." * 20_000 + "'\n")
    for lock in ("poetry.lock", "uv.lock", "pdm.lock"):
        yield _one(f"lock-{lock}", lock)("broken", "[[package]]\nname = \n", "either")
    yield _one("lock", "Pipfile.lock")("pipfile-odd", '{"default": [1], "develop": {"a": 1}}')
    yield _one("lock", "conda-lock.yml")("conda-odd", "package: [1, {name: [x]}]\n")
    yield _one("lock", "environment.yml")(
        "environment-odd", "dependencies: [1, {pip: 1}, {pip: [[x]]}, " + "[" * 40 + "]" * 40 + "]\n"
    )


def _lines() -> Iterator[Case]:
    req = _one("requirements", "requirements.txt")
    yield req("self", "-r requirements.txt\n-c requirements.txt\n")
    ring = tuple((f"r{n}.txt", text("".join(f"-r r{m}.txt\n" for m in range(30)))) for n in range(30))
    yield req("ring", "-r r0.txt\n", "either", *ring)
    yield req("dots", "-r " + "../" * 20_000 + "x.txt\n")
    yield req("continued", "a==1 \\\n" * 50_000)
    yield req("brackets", "a" + "[" * 100_000 + "\n" + "a[" + "b," * 100_000 + "\n")
    yield req("hashes", "a==1 " + "--hash=sha256:0 " * 30_000 + "\n")
    yield req("spaces", "a" + " " * 500_000 + "==1\n" + " " * 400_000 + "#\n")
    yield req("semicolons", "a" + " ;" * 200_000 + "\n")
    yield req("slashes", "./" + "/a-1" * 100_000 + "\n")
    yield req("dashes", "a" + "-_." * 200_000 + "!\n")
    yield req("utf16", "a==1\n".encode("utf-16"))
    yield req("nul", b"a==1\0\n\xff\n")
    table = _one("table", "data/orders.csv")
    yield table("header-1MB", text("a," * 500_000 + "\n1\n"))
    yield table("no-line-end", text("a" * 1_000_000))
    yield table("quote", text('"' + "a,\n" * 300_000))
    yield table("nul", b"a,b\0\n1,2\n")
    yield table("bad-utf8", b"\xff,b\n1,2\n")
    make = _one("makefile", "Makefile")
    yield make("continued", "test: \\\n" * 19_000)
    yield make("variables", "A = $(B)$(B)\nB = $(A)$(A)\ntest:\n\t$(A)\n$(A): $(B)\n")
    yield make(
        "doubling",
        "".join(f"A{n} = $(A{n + 1})$(A{n + 1})\n" for n in range(60)) + "A60 = " + "x" * 5_000 + "\ntest:\n\t$(A0)\n",
    )
    yield make("appends", "A += $(A)\n" * 19_000 + "$(A): $(A)\n")
    yield make("ring", "".join(f"t{n}: t{(n + 1) % 2000} t{(n + 2) % 2000}\n\tpytest\n" for n in range(2_000)))
    yield make("web", "".join(f"t{n}: " + " ".join(f"t{m}" for m in range(n + 1, 40)) + "\n\tpytest\n" for n in range(40)), "either",
               (".github/workflows/make.yml", text("on: push\njobs: {a: {runs-on: x, steps: [{run: make t0}]}}\n")))  # fmt: skip
    yield make("include-self", "include Makefile\n-include */*.mk ../../*\ntest:\n\tmake test\n\t$(MAKE) -C . test\n", "either",
               (".github/workflows/make.yml", text("on: push\njobs: {a: {runs-on: x, steps: [{run: make test}]}}\n")))  # fmt: skip
    yield make("spaces", " " * 300_000 + "=\na" + " " * 300_000 + "\n" + "a :" * 50_000 + "\n")
    yield make("exports", "export " * 100_000 + "\n" + "override " * 50_000 + "a\n")
    yield make("hashes", "a = " + "# " * 200_000 + "\n" + "\t" * 200_000)
    yield make("targets", "a " * 300_000 + ": b\n\tpytest\n")
    yield make("targets-recipes", " ".join(f"t{n}" for n in range(3_000)) + ": b\n" + "\tpytest tests\n" * 5_000)
    just = _one("justfile", "justfile")
    yield just("ring", "a: b\n  just b\nb: a\n  just a\n" + "c: \\\n" * 10_000)
    yield just("quotes", "a := '" + "x\n" * 100_000 + "b " * 100_000 + ":\n  " + "{{" * 100_000)
    docker = _one("dockerfile", "Dockerfile")
    yield docker("continued", "RUN a \\\n" * 50_000)
    yield docker("and", "FROM a\nRUN " + "pip install x && " * 20_000 + "true\n")
    yield docker("args", "ARG A=$B\nARG B=$A$A\n" * 5_000 + "FROM $A\nRUN " + "$A" * 50_000 + "\n")
    yield docker("heredoc", "FROM a\nRUN <<A <<B\n" + "x\n" * 50_000)
    yield docker("json", "FROM a\nRUN " + "[" * 50_000 + "\nCMD " + '["a", ' * 20_000 + "\n")
    for path in (".gitattributes", ".gitignore", ".dvcignore", "CODEOWNERS", ".github/CODEOWNERS", ".dockerignore"):
        name = path.replace("/", "-").strip(".")
        yield _one("globs", path)(name, ("*a" * 200 + "/**" * 200 + " filter=lfs diff=lfs merge=lfs @acme/ml\n") * 60
                                  + "[" * 5_000 + "\n" + "**/" * 5_000 + "x @a\n" + "\\\n!\n[!]\n" + "*" * 100_000 + " filter=lfs\n")  # fmt: skip
    for path in ("tox.ini", "setup.cfg", "pytest.ini"):
        body = ("[tox]\nenvlist = " + "{a,b}" * 12 + "\n[testenv]\ncommands = {[testenv]commands}\n  pytest " + "{posargs:" * 3_000
                + "\n[testenv:a]\ncommands = {[testenv:b]commands}\n[testenv:b]\ncommands = {[testenv:a]commands}\n"
                "[pytest]\ntestpaths = %(testpaths)s\naddopts = %(a)s\na = %(addopts)s%(addopts)s\npython_files = " + "*a" * 300 + "\n"
                "[tool:pytest]\npython_files = %(\n[options]\ninstall_requires = file: setup.cfg\npython_requires = %(x)s\n")  # fmt: skip
        case = _one("ini", path)
        yield case(f"bomb-{path}", body)
        yield case(f"no-header-{path}", "a = 1\n" * 100 + "[" * 50_000)
        yield case(f"bytes-{path}", b"\xff\xfe\0[tox]\n\0")
        yield case(f"duplicate-{path}", "[a]\n[a]\nb = 1\nb = 2\n" + "[tox]\nenvlist = " + "{" * 20_000 + "\n")
    yield _one("setup", "setup.py")(
        "odd", "from setuptools import setup\nsetup(**globals(), install_requires=open('x').read() * 10**10)\n"
    )
    yield _one("noxfile", "noxfile.py")(
        "odd", "import nox\n@nox.session\ndef tests(session):\n" + "    session.run(*[*'pytest'])\n" * 2_000
    )
    shell = _one("shell", "scripts/run.sh")
    call = (
        ".github/workflows/run.yml",
        text("on: push\njobs: {a: {runs-on: x, steps: [{run: bash scripts/run.sh}]}}\n"),
    )
    yield shell("quotes", "echo '" + "a\n" * 90_000, "either", call)
    yield shell("and", "a && " * 39_000 + "b\n", "either", call)
    yield shell("self", "bash scripts/run.sh\n. scripts/run.sh\nsource ./scripts/run.sh\n", "either", call)
    yield shell("nested", "if a; then " * 15_000, "either", call)
    yield shell("subshells", "( " * 90_000, "either", call)
    yield shell("substitutions", "echo " + "$(" * 90_000, "either", call)
    yield shell("backticks", "echo " + "`" * 90_001, "either", call)
    yield shell("assignments", "A=$A$A\n" * 20_000 + "$A\n", "either", call)
    yield shell("pipes", "a | " * 40_000 + "b\n", "either", call)
    yield shell("or", "a || " * 30_000 + "true\n", "either", call)
    yield shell("nul", b"\0\xff" * 50_000, "either", call)
    page = _one("readme", "README.md")
    yield page("hashes", "#" * 500_000 + "\n" + "# a " * 200_000 + "\n" + "=" * 200_000 + "\n")
    yield page("links", "[" * 100_000 + "\n" + "# " + "![a](" * 20_000 + "\n" + "# " + "[a](b" * 20_000 + "\n")
    yield page("anchors", "<a " * 100_000 + "\n" + "<a name='" * 50_000 + "\n")
    yield page("fences", "```\n" * 100_001 + "~" * 100_000 + "\n")
    yield page("spaces", " " * 500_000 + "\n#" + " " * 500_000 + "x\n")
    yield page("backticks", "`" * 500_000 + "\n" + "<!--" * 50_000 + "\n" + "*" * 100_000 + "\n")
    yield _one("python-version", ".python-version")("odd", b"\xff\0" + b"3." * 100_000)
    yield _one("dvc-config", ".dvc/config")(
        "odd", "[" * 50_000 + "\n['remote \"" + "a" * 50_000 + "\n url = " + "%(x)s" * 1_000 + "\n"
    )
    yield _one("dvc-config", ".dvc/config.local")("bytes", b"\xff\0[core]\n")


CASES = numbered([*_json(), *_notebooks(), *_toml(), *_lines()])
