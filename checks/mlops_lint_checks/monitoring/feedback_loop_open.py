"""What happened after the prediction comes back to the training."""

from dataclasses import dataclass

from mlops_lint import (
    Capturing,
    Charter,
    Definition,
    Elsewhere,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    Kind,
    Location,
    Pointers,
    Project,
    Related,
    Result,
    Results,
    Serving,
    Severity,
    SymbolTarget,
    TakingUp,
    Uncertain,
    Unknown,
    Wired,
    Wiring,
    Write,
    check,
)  # fmt: skip

DOCUMENTS = (".md", ".rst", ".html", ".pdf", ".docx")
STORE = "store the outcome with the id of its prediction, where the next training reads it"


@dataclass(frozen=True)
class _Around:
    capturing: Capturing
    pointers: Pointers
    project: Project

    def beside_it(self, write: Write, paths: tuple[str, ...], others: list[str], target: str) -> bool:
        """A photo or a document that is laid into the folder of another source, beside the outcome itself."""
        into = any(path == other or path.startswith(f"{other}/") for path in paths for other in others)
        return write.path is None and into and not any(self.capturing.links(path, target) for path in paths)


def _learns(charter: Charter) -> bool | str:
    if charter.has("flywheel", "captured_in"):
        return True
    if charter.stage == "retired":
        return "the project is retired"
    late = isinstance(charter.get("data", "labels"), dict) and charter.has("data", "labels", "delay")
    if late and charter.text("data", "labels", "status") == "available" and _refreshed(charter):
        late = False  # the outcomes come with the source
    return charter.archetype == "software-2.0" or late or "no outcome is said to come back"


def _refreshed(charter: Charter) -> bool:
    count = charter.items("data", "sources")
    return any(charter.has("data", "sources", index, "refresh") for index in range(count))


@check("MN008", level=4, gate=True, severity=Severity.ERROR, dimension="monitoring", when=_learns)
def feedback_loop_open(
    charter: Charter, wiring: Wiring, serving: Serving, capturing: Capturing, taking: TakingUp, pointers: Pointers,
    project: Project,
) -> Results:  # fmt: skip
    """No code captures the outcomes, or what it captures does not reach the data."""
    text = charter.text("flywheel", "captured_in")
    if text is None:
        yield _hooked(charter)
        return
    claim = charter.at("flywheel", "captured_in")
    subject = wiring.subject(text)
    if not isinstance(subject, Definition):
        roots = serving.roots_of(text)
        reason = subject if isinstance(subject, str) else f"`{text}` is no function, so what it stores cannot be told"
        yield Evidence(claim, Location(roots[0].path), Grade.PRESENT) if roots else Unknown(claim, reason)
        return
    at = wiring.at(subject) or claim
    if why := wiring.stub(subject):
        yield Finding(claim, Kind.FALSE_CLAIM, f"`{text}` captures nothing: {why}", STORE, (Related(at, why),))
        return
    yield _called(claim, text, wiring.look(subject, serving.entries()), subject, at, serving)
    labels = charter.get("data", "labels")
    column = charter.text("data", "labels", "column") if isinstance(labels, dict) else None
    if column and (guessed := capturing.guessed(subject, column)):
        message = f"`{text}` stores the prediction itself as `{column}`, so the model learns its own answers"
        yield Finding(claim, Kind.FALSE_CLAIM, message, STORE, (Related(guessed, "the prediction"),))
        return
    own = capturing.written(subject)
    if not own and not capturing.hands_on(subject):
        yield Finding(claim, Kind.FALSE_CLAIM, f"`{text}` stores nothing", STORE, (Related(at, "keeps nothing"),))
        return
    if own:
        yield from _fed(charter, text, own, _Around(capturing, pointers, project))
    yield from _taken_up(charter, text, own, column, taking, pointers)


def _taken_up(
    charter: Charter, text: str, own: list[Write], column: str | None, taking: TakingUp, pointers: Pointers
) -> Results:
    """Does the training read what was captured, and learn the outcome of it?"""
    feeds = charter.text("flywheel", "feeds")
    target = pointers.resolve(feeds, "ref") if feeds else None
    if not isinstance(target, FileTarget) or target.path.endswith((".py", ".ipynb", *DOCUMENTS)):
        return
    place = charter.at("flywheel", "feeds")
    if column and (guessed := taking.guessed(target.path, column)) is not None:
        message = f"what was predicted comes back as the label `{column}`, so the model learns its own answers"
        yield Finding(place, Kind.FALSE_CLAIM, message, STORE, (Related(guessed, "the label is made of it"),))
    elif charter.has("model", "trained_by"):
        writing = [*(one.at.path for one in own), *(one.sink.path for one in own), *_file_of(charter, text, pointers)]
        if (read := taking.instead(target.path, writing)) is not None:
            message = f"no training reads `{feeds}`, where what is captured goes"
            yield Finding(place, Kind.FALSE_CLAIM, message, STORE, (Related(read, "read instead"),))


def _file_of(charter: Charter, text: str, pointers: Pointers) -> list[str]:
    target = pointers.resolve(text, "symbol")
    return [target.at.path] if isinstance(target, SymbolTarget) else []


def _hooked(charter: Charter) -> Result:
    for index in range(charter.items("monitoring", "hooks")):
        route = ("monitoring", "hooks", index)
        if isinstance(charter.get(*route), dict) and charter.text(*route, "kind") == "feedback":
            return Evidence(
                charter.at(*route), charter.at(*route), Grade.STATED, "a hook; whether it is called is MN002's"
            )
    place = charter.key_at("flywheel") if charter.has("flywheel") else charter.at("project", "archetype")
    message = "no code is named that captures what came of the predictions"
    return Finding(place, Kind.ABSENCE, message, "name it in `flywheel.captured_in`")


def _called(claim: Location, text: str, answer: object, subject: Definition, at: Location, serving: Serving) -> Result:
    if isinstance(answer, Wired) or subject in serving.entries():
        return Evidence(claim, answer.at if isinstance(answer, Wired) else at, Grade.LINKED)
    if isinstance(answer, Uncertain):
        return Unknown(claim, f"a call that cannot be followed may be `{text}`", answer.at)
    if isinstance(answer, Elsewhere) and answer.where == "other code":
        return Evidence(claim, answer.at, Grade.LINKED)
    where = f"only {answer.where} call `{text}`" if isinstance(answer, Elsewhere) else f"nothing calls `{text}`"
    said = answer.at if isinstance(answer, Elsewhere) else at
    return Finding(claim, Kind.FALSE_CLAIM, f"no outcome is captured: {where}", STORE, (Related(said, where),))


def _fed(charter: Charter, text: str, written: list[Write], around: _Around) -> Results:
    """Is what it writes the data that the charter says it feeds?"""
    feeds = charter.text("flywheel", "feeds")
    target = around.pointers.resolve(feeds, "ref") if feeds else None
    if not isinstance(target, FileTarget | FolderTarget) or target.path.endswith((".py", ".yaml", ".yml", ".ipynb")):
        return
    if (lost := around.capturing.lost(written, target.path)) is not None:
        message = f"`{text}` writes `{lost[0]}`, and nothing carries that to `{feeds}`"
        said = (Related(lost[1], f"writes `{lost[0]}`"),)
        yield Finding(charter.at("flywheel", "feeds"), Kind.FALSE_CLAIM, message, STORE, said)
        return
    own = [(one, around.capturing.places(one)) for one in written]
    if any(not paths for _, paths in own) or any(_beside(path, target.path) for _, paths in own for path in paths):
        return
    sources = _sources(charter, around.project)
    others = [path for path in sources if not _beside(path, target.path)]
    own = [one for one in own if not around.beside_it(*one, others, target.path)] or own
    linked = any(around.capturing.links(path, target.path) for _, paths in own for path in paths)
    if target.path.endswith(DOCUMENTS) and not (linked or any(_beside(path, target.path) for path in sources)):
        message = f"`{text}` writes `{own[0][1][0]}`, and `{feeds}` is a document, which no training reads"
        said = (Related(own[0][0].at, f"writes `{own[0][1][0]}`"),)
        yield Finding(charter.at("flywheel", "feeds"), Kind.FALSE_CLAIM, message, STORE, said)
        return
    if around.capturing.carried(one for one, _ in own):
        return
    where = own[0][1][0]
    place = charter.at("flywheel", "feeds")
    said = (Related(own[0][0].at, f"writes `{where}`"),)
    if not any(_beside(path, target.path) for path in sources):
        yield Unknown(place, f"`{feeds}` is no data source of the charter", target.at)
        return
    message = f"`{text}` writes `{where}`, and nothing carries that to `{feeds}`"
    yield Finding(place, Kind.FALSE_CLAIM, message, STORE, said)


def _beside(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")


def _sources(charter: Charter, project: Project) -> list[str]:
    texts = [charter.text("data", "sources", index, "path") for index in range(charter.items("data", "sources"))]
    return [project.join(text) for text in texts if text]
