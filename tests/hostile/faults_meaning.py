# ruff: noqa: E501
"""Python that parses and is read by every fact: loops of names, and values that explode when worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fault_cases import Case, Make, Says, numbered, text

PATH = "src/shop/hostile.py"
MAIN = "\n\ndef main(frame=None):\n    return frame\n"


def _inside(name: str, made: str | Callable[[], str], says: Says = "either", **others: str | Callable[[], str]) -> Case:
    beside: tuple[tuple[str, Make], ...] = tuple((f"src/shop/{key}.py", text(value)) for key, value in others.items())
    return Case(f"meaning-{name}", PATH, text(made), says, True, beside)


def _values() -> Iterator[Case]:
    def doubled(first: str, step: str, count: int = 60) -> str:
        rest = "".join(f"a{n} = {step.replace('@', f'a{n - 1}')}\n" for n in range(1, count))
        return f"a0 = {first}\n{rest}X = a{count - 1}{MAIN}"

    for name, first, step in (
        ("text-sum", "'x' * 9 + 'y'", "@ + @"), ("long-text-sum", "'" + "x" * 300_000 + "'", "@ + @"),
        ("tuple-sum", "(1, 2)", "@ + @"), ("tuple-nest", "(1,)", "(@, @)"), ("list-nest", "[1]", "[@, @]"),
        ("set-union", "{1}", "@ | {(@,)}"), ("dict-nest", "{'a': 1}", "{'a': @, 'b': @}"),
        ("dict-spread", "{'a': 1}", "{**@, **@}"), ("f-string", "'x'", "f'{@}{@}'"),
        ("square", "9" * 4_000, "@ * @"), ("replace", "'aaaa'", "@.replace('a', 'aaaa')"),
        ("join", "'ab'", "@.join([@, @, @])"), ("percent", "'%s'", "'%s%s' % (@, @)"),
        ("format", "'{}'", "'{0}{0}'.format(@)"), ("ternary", "1", "@ if input() else @ + 1"),
        ("boolean", "input()", "@ or @"), ("compare", "1", "@ == @"), ("path", "__import__('pathlib').Path('a')", "@ / '..' / 'b'"),
        ("call", "1", "f(@, @)"), ("starred", "[1, 2]", "[*@, *@]"), ("range", "list(range(2000))", "[y for x in @ for y in @]"),
    ):  # fmt: skip
        yield _inside(f"doubling-{name}", doubled(first, step))
    for name, expression in (
        ("power", "10 ** 10 ** 10"), ("shift", "1 << 10 ** 10"), ("repeat", "'a' * 10 ** 10"),
        ("list-repeat", "[0] * 10 ** 10"), ("range", "list(range(10 ** 12))"), ("range-literal", "list(range(1000000000000))"),
        ("width-percent", "'%1000000000d' % 1"), ("width-star", "'%*d' % (1000000000, 1)"), ("width-f", "f'{1:1000000000}'"),
        ("width-format", "'{:1000000000}'.format(1)"), ("zfill", "'1'.zfill(1000000000)"), ("ljust", "'1'.ljust(1000000000)"),
        ("center", "'1'.center(10 ** 9)"), ("expandtabs", "'\\t'.expandtabs(1000000000)"), ("precision", "'%.1000000000f' % 1.0"),
        ("bytes", "bytes(10 ** 10)"), ("bytearray", "bytearray(10 ** 10)"), ("int-text", "int('9' * 10 ** 7)"),
        ("str-int", "str(" + "*".join(["9" * 4_000] * 40) + ")"), ("products", "*".join(["9" * 4_000] * 200)),
        ("comprehensions", "[" + "a " + "for a in range(2000) " * 12 + "]"),
        ("comprehension-lists", "[a for a in " + "[b for b in " * 80 + "range(2000)" + "]" * 80 + "]"),
        ("dict-comprehension", "{a: {b: 1 for b in range(2000)} for a in range(2000)}"),
        ("sorted", "sorted(range(2000), key=lambda x: sorted(range(2000)))"), ("zip", "list(zip(*[range(2000)] * 500))"),
        ("product", "list(__import__('itertools').product(range(2000), repeat=9))"),
        ("eval", "eval('(' * 100000)"), ("import", "__import__('os').system('touch /nowhere/at/all')"),
        ("lambda", "(lambda f: f(f))(lambda f: f(f))"), ("y", "(lambda x: x(x))(lambda x: [x(x), x(x)])"),
        ("index", "[1, 2][10 ** 100]"), ("slice", "'abc'[::10 ** 100]"), ("zero", "1 / 0 + 1 % 0 + 1 // 0"),
        ("infinite", "1e308 * 10 * 0"), ("negative-shift", "1 << -1"), ("unhashable", "{[]: 1, {}: 2}"),
        ("nan-set", "{float('nan'), float('nan')}"), ("complex", "1j < 2"), ("split", "('a,' * 10 ** 6).split(',')"),
        ("huge-split", "'" + "a," * 200_000 + "'.split(',')"), ("huge-join", "'x'.join('" + "a" * 300_000 + "')"),
    ):  # fmt: skip
        yield _inside(f"value-{name}", f"X = {expression}{MAIN}")


def _loops() -> Iterator[Case]:
    yield _inside("import-self", "from shop.hostile import *\nfrom shop import hostile\nfrom .hostile import X, main\n")
    yield _inside("import-cycle", "from shop.other import *\nfrom shop.other import X, main\n",
                  other="from shop.hostile import *\nfrom shop.hostile import X, main\n")  # fmt: skip
    yield _inside("import-star-ring", "from shop.r0 import *\n",
                  **{f"r{n}": f"from shop.r{(n + 1) % 40} import *\n" for n in range(40)})  # fmt: skip
    yield _inside("import-star-web", "".join(f"from shop.w{n} import *\n" for n in range(14)),
                  **{f"w{n}": "".join(f"from shop.w{m} import *\n" for m in range(14)) for n in range(14)})  # fmt: skip
    yield _inside("import-rename-line", "from shop.l0 import x0 as X, x0 as main\n",
                  **{f"l{n}": f"from shop.l{n + 1} import x{n + 1} as x{n}\n" for n in range(300)})  # fmt: skip
    yield _inside("import-levels", "from " + "." * 5_000 + "a import b\nfrom . import hostile as X, hostile as main\n")
    yield _inside("import-dots", "import " + ".".join(["shop"] * 20_000) + "\n")
    yield _inside("import-many", lambda: "".join(f"import shop.m{n}.a.b.c as x{n}\n" for n in range(20_000)))
    yield _inside("import-star-libs", "".join(f"from lib{n} import *\n" for n in range(2_000)) + "main()\n")
    yield _inside("name-ring", "".join(f"a{n} = a{(n + 1) % 3000}\n" for n in range(3000)) + "X = a0\nmain = a1\n")
    yield _inside("name-line", "".join(f"a{n} = a{n + 1}\n" for n in range(5000)) + "a5000 = 1\nX = a0\nmain = a0\n")
    yield _inside("attribute-line", "a0 = object()\n" + "".join(f"a{n} = a{n - 1}.b\n" for n in range(1, 5000)) +
                  "X = a4999\nmain = a4999\n")  # fmt: skip
    yield _inside("attribute-ring", "".join(f"a{n} = a{(n + 1) % 60}.b.c\n" for n in range(60)) + "X = a0\nmain = a0\n")
    yield _inside("call-ring", "".join(f"a{n} = a{(n + 1) % 60}()().b()\n" for n in range(60)) + "X = a0\nmain = a0\n")
    yield _inside("self-fields", "class A:\n def __init__(self):\n" +
                  "".join(f"  self.a{n} = self.a{n + 1}\n" for n in range(3000)) + "main = A().a0\nX = main\n")  # fmt: skip
    for count in (50, 3_000):
        yield _inside(f"return-line-{count}", "".join(f"def f{n}(x=1): return f{n + 1}(x)\n" for n in range(count)) +
                      f"def f{count}(x=1): return x\nX = f0()\nmain = f0\n")  # fmt: skip
        yield _inside(f"return-web-{count}",
                      "".join(f"def f{n}(x): return f{n + 1}(f{n + 1}(x)) + f{n + 1}(x)\n" for n in range(count)) +
                      f"def f{count}(x): return x\nX = f0(1)\nmain = f0\n")  # fmt: skip
        yield _inside(f"class-line-{count}", "".join(f"class C{n}(C{n + 1}): pass\n" for n in range(count)) +
                      f"class C{count}:\n def main(self): return 1\nX = C0().main()\nmain = C0().main\n")  # fmt: skip
        yield _inside(f"decorator-line-{count}",
                      "".join(f"def d{n}(f):\n @d{n + 1}\n def g(*a): return f(*a)\n return g\n" for n in range(count)) +
                      f"def d{count}(f): return f\n@d0\ndef main(x): return x\nX = 1\n")  # fmt: skip
    yield _inside("return-ring", "def a(x=1): return b(x)\ndef b(x=1): return a(x)\nX = a()\nmain = a\n")
    yield _inside("return-self", "def main(x=1): return main(main(main(x)))\nX = main()\n")
    yield _inside("class-self", "class A(A): pass\nclass B(C): pass\nclass C(B): pass\nmain = B().x\nX = A().y\n")
    yield _inside("class-diamonds", "class D0: pass\nclass E0: pass\n" + "".join(
        f"class D{n}(D{n - 1}, E{n - 1}): pass\nclass E{n}(E{n - 1}, D{n - 1}): pass\n" for n in range(1, 60)) +
        "main = D59().nothing\nX = E59().nothing()\n")  # fmt: skip
    yield _inside(
        "closures", "".join(f"{' ' * n}def f{n}(x):\n" for n in range(90)) + " " * 90 + "return main(x)\n" + MAIN
    )
    yield _inside("branches", "X = 0\n" + "".join(f"if c{n}():\n    X = X + {n}\nelse:\n    X = X - {n}\n"
                                                 for n in range(300)) + MAIN)  # fmt: skip
    yield _inside("augmented", "X = ''\n" + "X += X + 'a'\n" * 3_000 + MAIN)
    yield _inside("appends", "X = []\n" + "X.append(X)\nX.extend(X)\n" * 2_000 + MAIN)
    yield _inside("updates", "X = {}\n" + "X.update(a=X)\nX['b'] = X\n" * 2_000 + MAIN)
    yield _inside("calls-of-main", MAIN + "X = 1\n" + "main(main(main(X)))\n" * 3_000)
    yield _inside("globals", "def main(frame):\n    global X\n" + "    X = frame\n" * 5_000 + "    return X\n")


def _flows() -> Iterator[Case]:
    head = "import pandas as pd\nfrom sklearn.model_selection import train_test_split as s\nX = 'a.csv'\ndef main(frame):\n"
    for name, line, count in (
        ("reassign", " frame = frame.dropna()\n", 3_000), ("split", " frame, other = s(frame)\n", 600),
        ("concat", " frame = pd.concat([frame, frame])\n", 300), ("mask", " frame = frame[frame.a > 1]\n", 1_500),
        ("branch", " if c():\n  frame = s(frame)[0]\n", 300), ("loop", " for i in frame:\n  frame = s(frame)[1]\n", 200),
        ("try", " try:\n  frame = s(frame)[0]\n except E:\n  frame = s(frame)[1]\n", 200),
        ("while", " while c():\n  frame = frame.merge(frame)\n", 200), ("columns", " frame['a'] = frame['b'] + frame['c']\n", 2_000),
        ("with", " with open(X) as frame:\n  frame = frame.read()\n", 500),
        ("match", " match frame:\n  case [a, *frame]:\n   frame = s(a)\n  case _:\n   frame = s(frame)[0]\n", 100),
    ):  # fmt: skip
        yield _inside(f"flow-{name}", head + line * count + " return frame\n")
    deep = "".join(" " * (n + 1) + "for i in frame:\n" for n in range(60))
    yield _inside("flow-nested-loops", head + deep + " " * 61 + "frame = s(frame)[0]\n return frame\n")
    deep = "".join(" " * (n + 1) + "if c():\n" + " " * (n + 2) + "frame = s(frame)[0]\n" for n in range(60))
    yield _inside("flow-nested-branches", head + deep + " return frame\n")
    deep = "".join(" " * (n + 1) + "try:\n" for n in range(18)) + " " * 19 + "frame = s(frame)[0]\n" + "".join(
        " " * (n + 1) + "except E:\n" + " " * (n + 2) + "frame = s(frame)[1]\n" for n in range(17, -1, -1))  # fmt: skip
    yield _inside("flow-nested-tries", head + deep + " return frame\n")
    calls = "".join(f"def g{n}(a):\n return g{n + 1}(s(a)[0]), g{n + 1}(s(a)[1])\n" for n in range(40))
    yield _inside("flow-tree", calls + "def g40(a): return a\n" + head + " return g0(frame)\n")
    yield _inside("flow-recursion", head + " return main(s(main(frame))[0]), main(main(frame))\n")
    yield _inside("flow-chain", head + " return frame" + ".dropna()" * 600 + "\n")
    yield _inside("flow-chain-long", head + " return frame" + ".dropna()" * 5_000 + "\n")
    yield _inside("flow-sum", head + " return frame" + " + frame" * 700 + "\n")
    yield _inside("flow-tuple", head + " return " + "(frame, " * 150 + "1" + ")" * 150 + "\n")
    many = "from sklearn.metrics import recall_score\n" + "".join(f"recall_score(a{n}, b{n})\n" for n in range(5_000))
    yield _inside("flow-many-metrics", many + head + " return frame\n")
    fits = "".join(f" m{n} = Forest().fit(frame); p = m{n}.predict(frame)\n" for n in range(600))
    yield _inside("flow-many-models", "from sklearn.ensemble import RandomForestClassifier as Forest\n" + head + fits)
    yield _inside("unparsed-inside", "def main(:\n", "record")
    yield _inside("too-deep-inside", "X = " + "(" * 5_000, "record")


CASES = numbered([*_values(), *_loops(), *_flows()])
