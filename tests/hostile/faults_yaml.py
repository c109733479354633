# ruff: noqa: E501
"""YAML that breaks loaders: as a charter, as a workflow, and as DVC's pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fault_cases import Case, Make, Says, numbered, raw, text

WORKFLOW = ".github/workflows/hostile.yml"
HEAD = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
Tell = tuple[Says, Says, Says]
"""What is to be said of it as charter, as workflow, as pipeline."""
BROKEN: Tell = ("finding", "record", "record")
CHARTER_ONLY: Tell = ("finding", "either", "either")
ANY: Tell = ("either", "either", "either")


def _three(name: str, made: str | Callable[[], str] | bytes, tell: Tell = BROKEN) -> Iterator[Case]:
    make: Make = raw(made) if isinstance(made, bytes) else text(made)
    yield Case(f"charter-{name}", "mlproject.yaml", make, tell[0])
    yield Case(f"workflow-{name}", WORKFLOW, make, tell[1])
    yield Case(f"dvc-{name}", "pipelines/dvc.yaml", make, tell[2])


def _bombs() -> Iterator[Case]:
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 11))  # fmt: skip
    yield from _three("alias-bomb", laughs)
    merges = "a0: &a0 {k0: 1}\n" + "".join(
        f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]\n  k{n}: 1\n" for n in range(1, 21))  # fmt: skip
    yield from _three("merge-bomb", merges)
    yield from _three("aliases-5000", "a: &a {x: 1}\nb: [" + "*a, " * 5_000 + "]\n")
    yield from _three("recursive-anchor", "a: &a [*a]\n")
    yield from _three("recursive-merge", "a: &a\n  <<: *a\n")
    yield from _three("unknown-alias", "a: *nothing\n")
    yield from _three("anchors-50000", lambda: "".join(f"k{n}: &a{n} 1\n" for n in range(50_000)), CHARTER_ONLY)
    yield from _three("same-anchor", "a: &a 1\nb: &a 2\nc: *a\n", CHARTER_ONLY)


def _deep() -> Iterator[Case]:
    for depth in (60, 10_000, 100_000):
        yield from _three(f"flow-lists-{depth}", "a: " + "[" * depth + "]" * depth)
        yield from _three(f"flow-maps-{depth}", "{a: " * depth + "1" + "}" * depth)
    yield from _three("block-lists-10000", "- " * 10_000 + "x\n")
    yield from _three("block-maps-1000", lambda: "".join(" " * n + "a:\n" for n in range(1_000)))
    yield from _three("unclosed-100000", "[" * 100_000)
    yield from _three("question-marks", "? " * 5_000 + "x\n")
    yield from _three("keys-nested", "{" * 40 + "a: 1" + "}: 1" * 39 + "}\n", CHARTER_ONLY)


def _odd() -> Iterator[Case]:
    yield from _three("duplicate-keys", "a: 1\na: 2\n", CHARTER_ONLY)
    yield from _three("odd-keys", "1: a\nnull: b\ntrue: c\n[x]: d\n{y: z}: e\n1.5: f\n2026-01-01: g\n", CHARTER_ONLY)
    yield from _three(
        "tags", "a: !Ref b\nc: !!python/object/apply:os.system ['touch /nowhere']\nd: !!binary x\n", CHARTER_ONLY
    )
    yield from _three("tag-unknown-handle", "a: !e!x b\n")
    yield from _three("two-documents", "a: 1\n---\nb: 2\n", CHARTER_ONLY)
    yield from _three("documents-20000", "---\na: 1\n" * 20_000, CHARTER_ONLY)
    yield from _three("empty-documents", "---\n...\n" * 20_000, ANY)
    yield from _three(
        "scalars", "d: 2024-13-45\ni: " + "9" * 5_000 + "\ns: 1:30:00\nf: 1e400\no: 0755\nn: .nan\n", CHARTER_ONLY
    )
    yield from _three("sexagesimal", "a: " + "1:" * 50_000 + "1\n", CHARTER_ONLY)
    yield from _three("tabs", "a:\n\tb: 1\n")
    yield from _three("nul", b"a: \0\n")
    yield from _three("control", b"a: \x07\n")
    yield from _three("bad-utf8", b"a: \xff\xfe\xff\n")
    yield from _three("latin-comment", b"# caf\xe9\na: 1\n")
    yield from _three("surrogate-escape", 'a: "\\ud800"\n')
    yield from _three("surrogate-bytes", b"a: \xed\xa0\x80\n")
    yield from _three("utf16", "a: 1\n".encode("utf-16"))
    yield from _three("bom", b"\xef\xbb\xbfa: 1\n", CHARTER_ONLY)
    yield from _three("bom-inside", b"a: 1\n\xef\xbb\xbfb: 2\n", ANY)
    yield from _three("line-ends", "a: 1\x85b: 2\u2028c: 3\r\rd: 4\n", ANY)
    yield from _three("yaml-1.3", "%YAML 1.3\n---\na: 1\n", ANY)
    yield from _three("yaml-2.0", "%YAML 2.0\n---\na: 1\n")
    yield from _three("directives", "%FOO " + "x" * 100_000 + "\n---\na: 1\n", ANY)
    yield from _three("scalar-900kB", "a: " + "x" * 900_000 + "\n", CHARTER_ONLY)
    yield from _three("folded-900kB", "a: >\n" + "  x\n" * 200_000, CHARTER_ONLY)
    yield from _three("key-200kB", "x" * 200_000 + ": 1\n")
    yield from _three("keys-40000", lambda: "".join(f"k{n}: {n}\n" for n in range(40_000)), CHARTER_ONLY)
    yield from _three("keys-100000", lambda: "".join(f"{n}:\n" for n in range(100_000)))
    yield from _three("too-large", "# x\n" * 300_000 + "a: 1\n")
    yield from _three("blank-900kB", "\n" * 900_000, ANY)
    yield from _three("quotes-unclosed", "a: 'b\nc: 1\n")
    yield from _three("double-unclosed", 'a: "' + "b\n" * 50_000)
    yield from _three("braces-unclosed", "a: {b: {c: [d\n")
    yield from _three("escapes-broken", 'a: "\\xzz"\n')
    yield from _three("scalar-top", "just text\n", ("finding", "either", "either"))
    yield from _three("list-top", "- a\n- b\n", ("finding", "either", "either"))
    yield from _three("empty", "", ("finding", "either", "either"))
    yield from _three("binary", bytes(range(256)) * 50)
    yield from _three("colons", ":" * 100_000 + "\n", ANY)
    yield from _three("dashes", "-" * 100_000 + "\n", ANY)
    yield from _three("template", "a: {{ b }}\n{% if x %}\nc: 1\n{% endif %}\n")


def _charters() -> Iterator[Case]:
    """Wrong kinds at known places, and pointers that are hostile."""
    for name, value in (
        ("list", "[1, 2]"), ("deep", "[" * 40 + "]" * 40), ("number", "1e308"), ("null", "null"), ("nan", ".nan"),
        ("long", "x" * 50_000), ("pointer-hashes", "'a#" + "/~0~1" * 5_000 + "'"), ("pointer-dots", "'" + "../" * 5_000 + "'"),
        ("pointer-colons", "'" + "::" * 5_000 + "'"), ("pointer-globs", "'" + "*" * 500 + "/" + "**/" * 500 + "'"),
        ("pointer-brackets", "'" + "[" * 5_000 + "'"), ("pointer-dotted", "'" + "a." * 5_000 + "a:b'"),
        ("pointer-index", "'metrics/eval.json#/" + "9" * 5_000 + "'"), ("pointer-newline", '"a\\nb\\0c"'),
        ("pointer-url", "'http://" + "a" * 5_000 + "'"), ("regex", "'(a+)+$" + "a" * 5_000 + "!'"),
    ):  # fmt: skip
        body = (
            f"charter: 1\nproject: {{name: {value}, stage: {value}, owner: {value}, archetype: {value}}}\n"
            f"goal: {{problem: {value}, outcome: {value}, task: {value}}}\n"
            f"metric: {{name: {value}, target: {value}, computed_in: {value}, recorded_in: {value}, definition: {value}}}\n"
            f"baseline: {{kind: rule, implemented_in: {value}, recorded_in: {value}}}\n"
            f"data: {{sources: [{{name: {value}, path: {value}, versioned_with: dvc}}], splits: {{defined_in: {value}}},"
            f" features: {{defined_in: {value}, exclude: {value}}}, labels: {{column: {value}}}}}\n"
            f"model: {{path: {value}, lockfile: {value}, trained_by: {value}, seed: {value}}}\ntests: {value}\n"
            f"deployment: {{mode: batch, entrypoint: {value}, ci: {value}}}\n"
            f"monitoring: {{hooks: [{{call: {value}}}, {value}]}}\nunconfirmed: {value}\nwaivers: {value}\n"
            f"fairness: {{protected_attributes: {value}}}\nexplainability: {{method: {value}, produced_in: {value}}}\n"
        )
        yield Case(f"charter-everywhere-{name}", "mlproject.yaml", text(body), "finding")
    many = "charter: 1\ntests: [" + ", ".join(["a.py::b"] * 20_000) + "]\n"
    yield Case("charter-pointers-20000", "mlproject.yaml", text(many), "finding")
    hooks = "charter: 1\nmonitoring: {hooks: [" + ", ".join(['{call: "shop.watch:log"}'] * 3_000) + "]}\n"
    yield Case("charter-hooks-3000", "mlproject.yaml", text(hooks), "finding")


def _pipelines() -> Iterator[Case]:
    def ci(name: str, steps: str, *others: tuple[str, Make], says: Says = "either") -> Case:
        return Case(f"workflow-{name}", WORKFLOW, text(HEAD + steps), says, others=others)

    def dvc(name: str, body: str, says: Says = "either") -> Case:
        return Case(f"dvc-{name}", "pipelines/dvc.yaml", text(body), says)

    yield ci("includes-itself", "      - run: x\n  b:\n    uses: ./.github/workflows/hostile.yml\n")
    ring = tuple((f".github/workflows/w{n}.yml", text(f"on: workflow_call\njobs: {{a: {{uses: ./.github/workflows/w{(n + 1) % 30}.yml}}, "
                  f"b: {{uses: ./.github/workflows/w{(n + 2) % 30}.yml}}}}\n")) for n in range(30))  # fmt: skip
    yield ci("ring", "      - run: x\n  b:\n    uses: ./.github/workflows/w0.yml\n", *ring)
    actions = tuple((f"a{n}/action.yml", text(f"runs: {{using: composite, steps: [{{uses: ./a{(n + 1) % 20}}}, "
                     f"{{uses: ./a{(n + 2) % 20}}}, {{uses: ./a{(n + 3) % 20}}}]}}\n")) for n in range(20))  # fmt: skip
    yield ci("actions-ring", "      - uses: ./a0\n", *actions)
    yield ci("action-dots", "      - uses: ./" + "../" * 5_000 + "\n      - uses: ./.\n      - uses: ./\n")
    yield ci("steps-20000", "      - run: pytest tests\n" * 20_000)
    yield ci("and-10000", "      - run: " + "true && " * 10_000 + "pytest\n")
    yield ci("quotes", "      - run: |\n          echo '" + "a\n          " * 20_000 + "\n")
    yield ci("parens", "      - run: '" + "(" * 50_000 + "'\n      - run: '" + "$(" * 50_000 + "'\n")
    yield ci("ifs", "      - run: |\n" + "          if x; then\n" * 5_000)
    yield ci("cases", "      - run: '" + "case a in b) " * 5_000 + "'\n")
    yield ci("functions", "      - run: '" + "f() { " * 5_000 + "'\n")
    yield ci("heredocs", "      - run: |\n" + "          cat <<A <<B <<'C'\n" * 5_000)
    yield ci("variables", "    env: {A: '$A$A', B: '${C:-$B$B}', C: '${B}'}\n".replace("    env", "      - env")
             + "        run: '" + "$A$B${C:-" * 3_000 + "'\n")  # fmt: skip
    yield ci("redirects", "      - run: '" + ">" * 50_000 + "<(" * 10_000 + "'\n")
    yield ci("expressions", "      - run: '" + "${{ " * 20_000 + "'\n        if: '" + "(" * 20_000 + "'\n")
    yield ci("matrix", "      - run: x\n    strategy: {matrix: {" + ", ".join(f"k{n}: [{', '.join(map(str, range(50)))}]"
                                                                            for n in range(50)) + "}}\n")  # fmt: skip
    yield ci("needs-ring", "      - run: x\n    needs: [a, b]\n  b: {needs: [a], runs-on: x, steps: [{run: x}]}\n")
    yield ci(
        "wrong-kinds",
        "      - 1\n      - [a]\n      - {run: [x]}\n      - {uses: {a: b}}\n      - null\n  b: 1\n  c: [x]\n",
    )
    yield Case("gitlab-include-self", ".gitlab-ci.yml", text("include: .gitlab-ci.yml\na: {extends: b, script: x}\n"
               "b: {extends: [a, c]}\nc: {extends: c, script: [[[x]], {a: b}]}\n"))  # fmt: skip
    yield Case("gitlab-extends-5000", ".gitlab-ci.yml", text("".join(f"j{n}: {{extends: j{n + 1}, script: x}}\n"
                                                                     for n in range(5_000))))  # fmt: skip
    yield Case("gitlab-references", ".gitlab-ci.yml", text("a: {script: [!reference [b, script]]}\n"
               "b: {script: [!reference [a, script], !reference [b, script]]}\n"))  # fmt: skip
    yield Case("gitlab-lists", ".gitlab-ci.yml", text("a: {script: " + "[" * 40 + "x" + "]" * 40 + "}\n"))
    yield Case("azure-self", "azure-pipelines.yml", text("steps: [{template: azure-pipelines.yml}, {template: t.yml}]\n"),
               others=(("t.yml", text("steps: [{template: azure-pipelines.yml}, {template: t.yml}]\n")),))  # fmt: skip
    yield Case("circle-odd", ".circleci/config.yml", text("version: 2.1\njobs: {a: {steps: [run: {command: [x]}, b]}}\n"
               "commands: {b: {steps: [b, c]}, c: {steps: [b, b]}}\n"))  # fmt: skip
    yield Case(
        "pre-commit-odd",
        ".pre-commit-config.yaml",
        text("repos: [{repo: local, hooks: [1, {id: [x], entry: '('}]}, 1]\n"),
    )
    yield dvc(
        "foreach-bomb",
        "stages:\n  a:\n    foreach: [" + "x, " * 20_000 + "]\n    do: {cmd: 'x ${item}', outs: ['${item}']}\n",
    )
    yield dvc("matrix-bomb", "stages:\n  a:\n    matrix: {" + ", ".join(f"k{n}: [{', '.join(map(str, range(90)))}]"
              for n in range(30)) + "}\n    cmd: x\n    outs: ['${item.k1}']\n")  # fmt: skip
    yield dvc(
        "vars-ring", "vars: [{a: '${b}', b: '${a}${a}'}]\nstages: {s: {cmd: '${a}', deps: ['${a}'], outs: ['${b}']}}\n"
    )
    yield dvc("vars-self", "vars: [pipelines/dvc.yaml, dvc.yaml, ../dvc.yaml]\nstages: {s: {cmd: x}}\n")
    yield dvc("stages-10000", "stages:\n" + "".join(f"  s{n}: {{cmd: python -m shop.train, deps: [o{n}], outs: [o{n + 1}]}}\n"
                                                  for n in range(10_000)))  # fmt: skip
    yield dvc("outs-ring", "stages:\n  a: {cmd: x, deps: [p], outs: [q]}\n  b: {cmd: y, deps: [q], outs: [p]}\n")
    yield dvc("wdir", "stages: {a: {cmd: x, wdir: '" + "../" * 3_000 + "', outs: [y]}}\n")
    yield dvc(
        "wrong-kinds",
        "stages: {a: 1, b: [x], c: {cmd: {x: y}, deps: 1, outs: {a: b}, metrics: [1, [2]]}, d: {foreach: 1, do: 2}}\n",
    )
    yield Case(
        "dvc-pointer", "data/other.csv.dvc", text("outs: [{md5: [x], path: {a: b}}, 1, {path: '../../../../x'}]\n")
    )
    yield Case("dvc-pointer-broken", "data/other.csv.dvc", text("outs: [\n"), "record")
    yield Case(
        "dvc-lock-broken",
        "pipelines/dvc.lock",
        text("stages: {a: [\n"),
        others=(("pipelines/dvc.yaml", text("stages: {}\n")),),
    )


CASES = numbered([*_bombs(), *_deep(), *_odd(), *_charters(), *_pipelines()])
