"""Every target by its name, with the seeds that it starts from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fuzz import documents, output, repository, seeds


@dataclass(frozen=True)
class Target:
    """A function of bytes that raises for a defect alone. `heavy` ones take milliseconds an input."""

    name: str
    function: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    heavy: bool = False

    def corpus(self) -> list[bytes]:
        """The seeds, and the inputs that once showed a defect."""
        folder = Path(__file__).parent / "regressions" / self.name
        return [*self.seeds(), *(file.read_bytes() for file in sorted(folder.glob("*")))]


_ALL = (
    Target("charter", documents.charter, seeds.charters),
    Target("python", documents.python, seeds.python),
    Target("notebook", documents.notebook, seeds.notebooks),
    Target("encoded", documents.encoded, seeds.encoded),
    Target("yaml", documents.yaml, seeds.yaml),
    Target("json", documents.json_, seeds.json_),
    Target("toml", documents.toml, seeds.toml),
    Target("shell", documents.shell, seeds.shell),
    Target("makefile", documents.makefile, seeds.makefiles),
    Target("requirements", documents.requirements, seeds.requirements),
    Target("comment", documents.comment, seeds.comments),
    Target("configuration", documents.configuration, seeds.configuration),
    Target("sanitiser", output.sanitiser, seeds.words),
    Target("writers", output.writers, seeds.words),
    Target("git-folder", repository.git_folder, seeds.git_folders),
    Target("git-answers", repository.git_answers, seeds.git_answers),
    Target("git-index", repository.git_index, seeds.git_indexes, heavy=True),
    Target("run", repository.run, seeds.runs, heavy=True),
)
TARGETS: Mapping[str, Target] = {target.name: target for target in _ALL}
