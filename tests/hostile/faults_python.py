# ruff: noqa: E501
"""Python files that break parsers, or whatever walks their trees."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from fault_cases import Case, Make, Says, nest, numbered, raw, text

PATH = "src/shop/hostile.py"
INSIDE = "def main(frame=None):\n    return frame\n"


def _case(name: str, made: str | Make, says: Says = "either") -> Case:
    return Case(f"py-{name}", PATH, text(made) if isinstance(made, str) else made, says)


def _lines(count: int, line: Callable[[int], str]) -> Make:
    return text(lambda: "".join(line(number) + "\n" for number in range(count)))


def _nested() -> Iterator[Case]:
    for name, opening, closing in (
        ("round", "(", ")"), ("square", "[", "]"), ("curly", "{", "}"), ("call", "f(", ")"), ("index", "a[", "]"),
        ("mapping", "{1:", "}"), ("tuple", "(", ",)"), ("starred", "[*", "]"), ("lambda-call", "(lambda:", ")"),
        ("slice", "a[1:", "]"), ("generator", "(x for x in ", ")"), ("comprehension", "[x for x in ", "]"),
    ):  # fmt: skip
        inner = "1" if name != "curly" else ""
        for depth in (60, 5_000, 100_000):
            says: Says = "either" if depth < 100 else "record"
            yield _case(f"nest-{name}-{depth}", nest(opening, closing, depth, inner), says)
    yield _case("unclosed-100000", nest("(", "", 100_000), "record")
    yield _case("closed-100000", nest("", ")", 100_000), "record")
    yield _case("mixed-brackets", text("([{" * 30_000), "record")
    yield _case("dict-comprehensions", nest("{k: v for k, v in ", "}", 150, "x"))
    for name, word in (("not", "not "), ("minus", "-"), ("tilde", "~"), ("plus", "+"), ("lambda", "lambda: "),
                       ("ternary", "1 if x else ")):  # fmt: skip
        yield _case(f"unary-{name}-2000", text(f"x = {word * 2000}1\n"))
        yield _case(f"unary-{name}-50000", text(f"x = {word * 50_000}1\n"), "record")
    yield _case("await-1000", text("async def f():\n    " + "await " * 1000 + "x\n"))
    yield _case("yield-nest", text("def f():\n    return " + "(yield " * 150 + ")" * 150 + "\n"))


def _blocks() -> Iterator[Case]:
    def stairs(head: str, depth: int, last: str) -> Make:
        return text(lambda: "".join(" " * level + head + "\n" for level in range(depth)) + " " * depth + last + "\n")

    for head in ("if x:", "while x:", "with x:", "def f():", "class A:", "for i in x:", "async def f():"):
        yield _case(f"stairs-90-{head.split(' ')[0]}-{len(head)}", stairs(head, 90, "pass"))
    yield _case("stairs-500-class", stairs("class A:", 500, "pass"), "record")
    yield _case("stairs-500-def", stairs("def f():", 500, "return 1"), "record")
    yield _case("elif-400", text("if x:\n pass\n" + "elif x:\n pass\n" * 400))
    yield _case("elif-20000", text("if x:\n pass\n" + "elif x:\n pass\n" * 20_000), "either")
    yield _case("else-if-90", text(lambda: "".join(" " * n + "if x:\n" + " " * n + " pass\n" + " " * n + "else:\n"
                                                  for n in range(90)) + " " * 90 + "pass\n"))  # fmt: skip
    for depth in (16, 90, 5_000):
        yield _case(f"case-{depth}", text(f"match x:\n case {'[' * depth}y{']' * depth}:\n  pass\n"))
    yield _case("case-classes-60", text(f"match x:\n case {'A(' * 60}y{')' * 60}:\n  pass\n"))
    yield _case("case-or-5000", text(f"match x:\n case {' | '.join(map(str, range(5000)))}:\n  pass\n"))
    yield _case("try-nest-90", stairs("try:", 90, "pass"), "record")
    yield _case("functions-10000", _lines(10_000, lambda n: f"def f{n}(): return f{n + 1}()"))
    yield _case("classes-10000", _lines(10_000, lambda n: f"class C{n}(C{n - 1 if n else 9999}): pass"))
    yield _case("decorators-5000", text("@d\n" * 5_000 + "def f(): pass\n"))
    yield _case("decorator-nest", text("@" + "d(" * 90 + ")" * 90 + "\ndef f(): pass\n"))
    yield _case("arguments-5000", text(f"def f({', '.join(f'a{n}' for n in range(5000))}): pass\n"))
    yield _case("semicolons-100000", text("x=1;" * 100_000), "read")
    yield _case("assignments-100000", _lines(100_000, lambda n: f"x{n}=1"), "read")
    yield _case("same-name-100000", _lines(100_000, lambda _: "x = x"), "read")
    yield _case("globals-20000", text("def f():\n" + " global x\n" * 20_000), "either")
    yield _case("nested-functions-bind", text(lambda: "".join(f"{' ' * n}def f{n}(x=x):\n" for n in range(80))
                                              + " " * 80 + "return x\n"))  # fmt: skip


def _chains() -> Iterator[Case]:
    for name, first, part in (
        ("add", "1", "+1"), ("attribute", "a", ".b"), ("call", "a", "()"), ("index", "a", "[0]"), ("and", "a", " and a"),
        ("compare", "a", " < a"), ("power", "a", "**a"), ("strings", "''", " 'a'"), ("string-add", "''", "+'a'"),
        ("matmul", "a", "@b"), ("method", "df", ".dropna()"), ("or-compare", "a", " or a == 1"), ("assign", "a", "=b"),
        ("percent", "'a'", "%'b'"), ("divide", "p", "/'b'"), ("walrus", "(y := 1)", "+(y := 1)"), ("pipe", "a", "|b"),
    ):  # fmt: skip
        yield _case(f"chain-{name}-700", text(f"x = {first}{part * 700}\n"))
        yield _case(f"chain-{name}-20000", text(f"x = {first}{part * 20_000}\n"))
    yield _case("dict-50000", text(lambda: "x = {" + ",".join(f"'k{n}':{n}" for n in range(50_000)) + "}\n"), "read")
    yield _case("list-200000", text("x = [" + "1," * 200_000 + "]\n"), "read")
    yield _case("keywords-20000", text(lambda: "f(" + ",".join(f"k{n}=1" for n in range(20_000)) + ")\n"), "read")
    yield _case("targets-20000", text("a, " * 20_000 + " = b\n"), "read")
    yield _case("nested-targets", text("(" * 150 + "a," + ")," * 150 + " = b\n"))
    yield _case("for-targets", text("for " + "(" * 90 + "a," + ")," * 90 + " in b: pass\n"))
    yield _case("annotation-or", text("x: " + " | ".join(["int"] * 3_000) + "\n"))
    yield _case("annotation-text", text(f"x: '{'[' * 5000}'\ndef f(a: '{'-' * 50000}1'): pass\n"))
    yield _case("annotation-optional", text("x: " + "Optional[" * 150 + "int" + "]" * 150 + "\n"))
    yield _case("annotation-quoted", text("x: " + "'" + '\\"' * 2_000 + "'\n"))
    yield _case("name-1MB", text("a" * 990_000 + " = 1\n"), "read")
    yield _case("name-500kB-used", text("a" * 300_000 + " = 1\nprint(" + "a" * 300_000 + ")\n"), "read")
    yield _case("line-1MB", text("x = '" + "a" * 990_000 + "'\n"), "read")
    yield _case("comment-1MB", text("#" * 990_000 + "\n"), "read")
    yield _case("too-large", text("x = 1\n" * 200_000), "record")
    yield _case("blank-900kB", text("\n" * 900_000), "read")
    yield _case("spaces-900kB", text(" " * 900_000 + "x\n"))
    yield _case("backslashes", text("x = \\\n" * 100_000 + "1\n"))
    yield _case("docstring-hash", text("'''" + "#\n" * 300_000 + "'''\n"), "read")
    yield _case("noqa-like", text("x = 1  # mlops-lint: ignore[" + "MT003," * 50_000 + "]\n"), "read")
    yield _case("cookie-like", text("#" + "coding " * 100_000 + "\n"), "read")


def _literals() -> Iterator[Case]:
    yield _case("int-4301", text("x = " + "9" * 4_301 + "\n"))
    yield _case("int-500000", text("x = " + "9" * 500_000 + "\n"))
    yield _case("hex-900000", text("x = 0x" + "f" * 900_000 + "\n"))
    yield _case("float-900000", text("x = 1." + "1" * 900_000 + "e999999\n"))
    yield _case("int-dots", text("x = 1" + ".1" * 100_000 + "\n"), "record")
    for depth in (5, 90, 3_000):
        yield _case(f"f-nest-{depth}", text("x = " + 'f"{' * depth + "1" + '}"' * depth + "\n"))
    yield _case("f-formats", text("x = f'" + "{1:" * 90 + "}" * 90 + "'\n"))
    yield _case("f-many", text("x = f'" + "{a}" * 100_000 + "'\n"))
    yield _case("f-lambda", text("x = f'{(lambda: " + "(" * 150 + "1" + ")" * 150 + ")()}'\n"))
    yield _case("triple-unclosed", text("x = '''" + "a\n" * 100_000), "record")
    yield _case("quote-unclosed", text("x = 'a\n"), "record")
    yield _case("escape-broken", text("x = '\\N{no such name}'\n"), "record")
    yield _case("escape-unicode", text("x = '\\ud800'\n" + "print(x)\nopen(x)\n"), "read")
    yield _case(
        "surrogate-names", text("open('\\ud800.csv')\nimport pandas\npandas.read_csv('\\udfff/\\x00.csv')\n"), "read"
    )


def _encodings() -> Iterator[Case]:
    body = b"x = 1\n"
    for cookie in ("rot13", "zlib", "utf-7", "unicode_escape", "idna", "undefined", "no-such", "hex", "base64", "bz2",
                   "raw_unicode_escape", "punycode", "mbcs", "utf-16", "utf-32", "utf_8_sig", "latin-1", "cp949", "gbk",
                   "a" * 5_000):  # fmt: skip
        says: Says = "read" if cookie in ("utf_8_sig", "latin-1", "cp949", "gbk") else "record"
        yield _case(f"cookie-{cookie[:20]}", raw(b"# coding: " + cookie.encode() + b"\n" + body), says)
    yield _case("utf16", raw("x = 1\n".encode("utf-16")), "record")
    yield _case("utf16-no-bom", raw("x = 1\n".encode("utf-16-le")), "record")
    yield _case("utf32", raw("x = 1\n".encode("utf-32")), "record")
    yield _case("bom", raw(b"\xef\xbb\xbf" + body), "read")
    yield _case("bom-twice", raw(b"\xef\xbb\xbf" * 2 + body), "record")
    yield _case("bom-latin", raw(b"\xef\xbb\xbf# coding: latin-1\n" + body))
    yield _case("nul-start", raw(b"\0" + body), "record")
    yield _case("nul-string", raw(b"x = '\0'\n"), "record")
    yield _case("nul-comment", raw(b"# \0\n" + body), "record")
    yield _case("only-nul", raw(b"\0" * 500_000), "record")
    yield _case("bad-utf8-comment", raw(b"# \xff\xfe\n" + body), "record")
    yield _case("bad-utf8-string", raw(b"x = '\xc3\x28'\n"), "record")
    yield _case("overlong-utf8", raw(b"x = '\xc0\x80'\n"), "record")
    yield _case("surrogate-bytes", raw(b"x = '\xed\xa0\x80'\n"), "record")
    yield _case("cr-only", raw(b"x = 1\rdef f():\r    return 1\r"), "read")
    yield _case("mixed-ends", raw(b"x = 1\r\ny = 2\rz = 3\n\r"), "read")
    yield _case("form-feeds", raw(b"\x0cx = 1\n\x0c\x0c\ndef f():\n\x0c    return 1\n"))
    yield _case("vertical-tabs", raw(b"x = 1\x0b\x0by = 2\n"), "record")
    yield _case("line-separator", text("x = '\u2028\u2029\x85'\n"), "read")
    yield _case("line-separator-code", text("x = 1\u2028y = 2\n"), "record")
    yield _case("bidi", text("x = '\u202e\u2066 # not a comment \u2069'\n"), "read")
    yield _case("look-alikes", text("ｘ = 1\nℊ = 2\nprint(ｘ, ℊ)\n"), "read")
    yield _case("non-characters", text("x = '\uffff\ufffe'\n"), "read")
    yield _case("ctrl-z", raw(b"x = 1\n\x1a\n"), "record")
    yield _case("empty", raw(b""), "read")
    yield _case("tabs-and-spaces", raw(b"if x:\n\ty = 1\n        z = 2\n"), "record")
    shuffled = random.Random(20)
    yield _case("random-bytes", raw(bytes(shuffled.randrange(256) for _ in range(50_000))), "record")
    signs = "()[]{}:=,.'\"\n \\#@*x1"
    for number in range(8):
        made = "".join(shuffled.choice(signs) for _ in range(20_000))
        yield _case(f"random-signs-{number}", text(made))


def _dialects() -> Iterator[Case]:
    yield _case("python2", text("print 'x'\nexec 'y'\nraise E, 'z'\n"), "record")
    yield _case("python2-backtick", text("x = `y`\n"), "record")
    yield _case("magic", text("%matplotlib inline\n!ls\n"), "record")
    yield _case("template", text("import {{ cookiecutter.name }}\n{% if x %}\n"), "record")
    yield _case("conflict", text("<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n"), "record")
    yield _case(
        "type-params", text("def f[T: (int, str)](a: T) -> T: return a\nclass A[*Ts, **P]: pass\ntype X[T] = T\n")
    )
    yield _case("type-params-5000", text(f"class A[{', '.join(f'T{n}' for n in range(5000))}]: pass\n"))
    yield _case("except-group", text("try:\n pass\nexcept* ValueError:\n pass\n"))
    yield _case("except-bare", text("try:\n pass\nexcept A, B:\n pass\n"))
    yield _case("t-string", text("x = t'{a}'\n"))
    yield _case("lazy-import", text("lazy import numpy\n"))
    yield _case("f-quotes", text("x = f'{a['b']}'\n"))
    yield _case("walrus-nest", text("x = " + "(y := " * 150 + "1" + ")" * 150 + "\n"))
    yield _case("async-comprehension", text("async def f(): return [x async for x in y if await z]\n"), "read")
    yield _case("star-index", text("x = a[*b]\n"))
    yield _case("invalid-places", text("return 1\nyield 2\nbreak\nawait x\n"))
    yield _case("del-everything", text("del " + "(" * 150 + "a" + ")" * 150 + "\n"))


CASES = numbered([*_nested(), *_blocks(), *_chains(), *_literals(), *_encodings(), *_dialects()])
