"""What surrounds a run, and files that make git wait, look elsewhere, or see what is not so."""

from __future__ import annotations

import os
import shutil

from git_register import FSMONITOR, HANGS, LIES, RUNS, STRAYS, configured, environment, vector, waiting
from git_trap import SECRET, Trap, index

_NOTHING = "there is nothing here that it changes"

# What surrounds the run ----------------------------------------------------------------------------------------------

environment("GIT_CONFIG_COUNT", GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="core.fsmonitor", GIT_CONFIG_VALUE_0="MARK")
environment("GIT_CONFIG_PARAMETERS", GIT_CONFIG_PARAMETERS="'core.fsmonitor=MARK'")
environment("GIT_EXTERNAL_DIFF", GIT_EXTERNAL_DIFF="MARK")
environment("GIT_PAGER", "tty log", GIT_PAGER="MARK", PAGER="MARK")
environment("GIT_EDITOR", "commit --amend", GIT_EDITOR="MARK", VISUAL="MARK", EDITOR="MARK")
environment("GIT_ASKPASS", "credential fill", GIT_ASKPASS="MARK", SSH_ASKPASS="MARK")
environment("GIT_PROXY_COMMAND", "fetch git://host.invalid/x", GIT_PROXY_COMMAND="MARK")
environment("GIT_SSH_COMMAND", "fetch ssh://host.invalid/x", GIT_SSH_COMMAND="MARK", GIT_SSH="MARK")
environment("GIT_TRACE", GIT_TRACE="BASE/marker", GIT_TRACE_SETUP="BASE/marker", GIT_TRACE_PERFORMANCE="BASE/marker")
environment("GIT_TRACE2", GIT_TRACE2="BASE/marker", GIT_TRACE2_EVENT="BASE/marker", GIT_TRACE2_PERF="BASE/marker")
environment("GIT_WORK_TREE", harm=STRAYS, GIT_WORK_TREE="BASE/elsewhere", GIT_DIR="BASE/repo/.git")
environment("GIT_OBJECT_DIRECTORY", harm=LIES, GIT_OBJECT_DIRECTORY="/nowhere", GIT_NAMESPACE="x")
environment(
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", harm=LIES, dead=_NOTHING, GIT_ALTERNATE_OBJECT_DIRECTORIES="BASE/elsewhere"
)
environment("GIT_LITERAL_PATHSPECS", harm=LIES, GIT_LITERAL_PATHSPECS="1", GIT_ICASE_PATHSPECS="1")
environment("GIT_INDEX_VERSION", harm=LIES, dead=_NOTHING, GIT_INDEX_VERSION="99", GIT_DEFAULT_HASH="sha256")


@vector("GIT_CONFIG_GLOBAL")
def _global(trap: Trap) -> None:
    trap.config(FSMONITOR, "global")
    trap.environment.update(GIT_CONFIG_GLOBAL=str(trap.base / "global"), GIT_CONFIG_SYSTEM=str(trap.base / "global"))


@vector("GIT_CONFIG_SYSTEM")
def _system(trap: Trap) -> None:
    trap.config(FSMONITOR, "system")
    trap.environment.update(GIT_CONFIG_SYSTEM=str(trap.base / "system"), GIT_CONFIG_NOSYSTEM="0")


@vector("HOME in the repository")
def _home(trap: Trap) -> None:
    trap.config(FSMONITOR, "repo/home/.gitconfig")
    trap.config("[trace2]\neventTarget = BASE/marker", "repo/home/.gitconfig")
    trap.environment.update(HOME=str(trap.repo / "home"), XDG_CONFIG_HOME=str(trap.repo / "home"))


@vector("GIT_DIR and GIT_INDEX_FILE of another repository", STRAYS)
def _other_repository(trap: Trap) -> None:
    other = Trap(trap.base / "other")
    shutil.copytree(trap.repo, other.repo)
    trap.put(f"other/repo/{SECRET}", SECRET)
    other.git("add", "-A")
    other.git("commit", "-q", "-m", SECRET)
    trap.config(FSMONITOR, "other/repo/.git/config")
    trap.environment.update(
        GIT_DIR=str(other.gitdir), GIT_INDEX_FILE=str(other.gitdir / "index"), GIT_WORK_TREE=str(other.repo)
    )


@vector("GIT_EXEC_PATH", RUNS, "fetch https://host.invalid/x")
def _exec_path(trap: Trap) -> None:
    for name in ("git-remote-https", "git-ls-files", "git-remote-ext", "git-fsmonitor--daemon"):
        trap.program(f"libexec/{name}")
    trap.environment["GIT_EXEC_PATH"] = str(trap.base / "libexec")


@vector("git's variables in a hook", RUNS)
def _hook_variables(trap: Trap) -> None:
    trap.config(FSMONITOR)
    trap.environment.update(GIT_DIR=str(trap.gitdir), GIT_INDEX_FILE=str(trap.gitdir / "index"), GIT_PREFIX="")


# Waiting -------------------------------------------------------------------------------------------------------------


waiting("include.path", "odd", "[include]\npath = ../../odd")
waiting("config", "repo/.git/config")
waiting("core.excludesFile", "odd", "[core]\nexcludesFile = BASE/odd")
waiting("core.attributesFile", "odd", "[core]\nattributesFile = BASE/odd")
waiting("mailmap.file", "odd", "[mailmap]\nfile = BASE/odd")
waiting("info/exclude", "repo/.git/info/exclude")
waiting("info/attributes", "repo/.git/info/attributes")
waiting("info/sparse-checkout", "repo/.git/info/sparse-checkout", "[core]\nsparseCheckout = true")
waiting("info/grafts", "repo/.git/info/grafts")
waiting("shallow", "repo/.git/shallow")
waiting("packed-refs", "repo/.git/packed-refs")
waiting("HEAD", "repo/.git/HEAD")
waiting("a branch", "repo/.git/refs/heads/main")
waiting("index", "repo/.git/index")
waiting("commondir", "repo/.git/commondir")
waiting("info/alternates", "repo/.git/objects/info/alternates")
waiting("commit-graph", "repo/.git/objects/info/commit-graph")
waiting("multi-pack-index", "repo/.git/objects/pack/multi-pack-index")
waiting(".gitignore", "repo/.gitignore")
waiting(".gitignore of a folder", "repo/notes/.gitignore")
waiting(".gitattributes", "repo/.gitattributes")
waiting(".gitmodules", "repo/.gitmodules")
waiting(".mailmap", "repo/.mailmap")


@vector("objects: pipes", HANGS)
def _object_pipes(trap: Trap) -> None:
    for name in trap.git("rev-list", "--objects", "--all").split("\n"):
        oid = name.split(" ")[0]
        os.mkfifo(trap.remove_object(oid))


@vector("pack: a pipe", HANGS)
def _pack_pipe(trap: Trap) -> None:
    trap.git("gc", "-q")
    for path in (trap.gitdir / "objects/pack").iterdir():
        trap.pipe(str(path.relative_to(trap.base)))


@vector("shared index: a pipe", HANGS)
def _shared_pipe(trap: Trap) -> None:
    trap.git("update-index", "--split-index")
    for path in trap.gitdir.glob("sharedindex.*"):
        trap.pipe(str(path.relative_to(trap.base)))


# Looking elsewhere ---------------------------------------------------------------------------------------------------


@vector("core.worktree", STRAYS)
def _worktree(trap: Trap) -> None:
    trap.config("[core]\nworktree = BASE/elsewhere")


@vector("include.path of a private file", STRAYS, "config --get secret.key")
def _include_secret(trap: Trap) -> None:
    trap.config(f"[secret]\nkey = {SECRET}", "private/config")
    trap.config("[include]\npath = BASE/private/config")


@vector("alternates to a folder with a hostile configuration", RUNS, dead="git reads objects there and nothing else")
def _alternates(trap: Trap) -> None:
    shutil.copytree(trap.repo, trap.base / "other")
    trap.config(FSMONITOR, "other/.git/config")
    trap.put(
        "repo/.git/objects/info/alternates", str(trap.base / "other/.git/objects") + "\n../../nowhere\n/dev/zero\n"
    )


@vector("alternates in a circle", HANGS, dead="git counts the steps")
def _circle(trap: Trap) -> None:
    trap.put("repo/.git/objects/info/alternates", f"{trap.gitdir}/objects\n../objects\n")


def _outside(trap: Trap) -> list[str]:
    folder = f"{trap.base}/elsewhere"
    return ["../elsewhere/private.txt", f"{folder}/private.txt", f"{folder}/.gitignore", "../elsewhere/.gitignore"]


@vector("index with names outside of the repository", STRAYS)
def _index_names(trap: Trap) -> None:
    oid = trap.git("rev-parse", "HEAD:src/train.py")
    names = [".git/config", "a/../../x", "src//x.py", "README.md", *_outside(trap)]
    trap.put("repo/.git/index", index(dict.fromkeys(names, (33188, oid))))


@vector("tree with names outside of the repository", STRAYS, dead="git shows the names alone")
def _tree_names(trap: Trap) -> None:
    oid = bytes.fromhex(trap.git("rev-parse", "HEAD:src/train.py"))
    names = sorted(["README.md", ".git/config", *_outside(trap)])
    content = b"".join(b"100644 " + name.encode() + b"\0" + oid for name in names)
    tree = trap.forge("tree", content)
    commit = trap.git("commit-tree", tree, "-p", "HEAD", "-m", "names")
    trap.git("update-ref", "refs/heads/main", commit)


@vector("links in the git folder", STRAYS, "cat-file -p secret", dead="git wants references to be hashes")
def _links(trap: Trap) -> None:
    trap.link("repo/.git/refs/heads/secret", "BASE/elsewhere/private.txt")
    trap.link("repo/.git/info/exclude", "BASE/elsewhere/private.txt")
    trap.link("repo/.git/FETCH_HEAD", "BASE/elsewhere/private.txt")


# Misleading ----------------------------------------------------------------------------------------------------------


@vector("replace references", LIES)
def _replace(trap: Trap) -> None:
    other = trap.git("commit-tree", "HEAD~1^{tree}", "-m", "LIE")
    trap.git("replace", "HEAD", other)


@vector("grafts", LIES)
def _grafts(trap: Trap) -> None:
    other = trap.git("commit-tree", "HEAD~1^{tree}", "-m", "LIE")
    trap.put("repo/.git/info/grafts", f"{trap.git('rev-parse', 'HEAD')} {other}\n")


@vector("garbage configuration", LIES)
def _garbage(trap: Trap) -> None:
    trap.put("repo/.git/config", b"\x00[[[\xff\n= = =")


@vector("unknown extension", LIES)
def _extension(trap: Trap) -> None:
    trap.config("[core]\nrepositoryformatversion = 1\n[extensions]\nx = 1")


configured("core.bare", "[core]\nbare = true", harm=LIES)
configured("status options", "[status]\nshowUntrackedFiles = no\n[core]\nquotePath = false", harm=LIES)
configured(
    "log options",
    "[log]\nmailmap = true\nfollow = true\ndate = raw\n[format]\npretty = LIE\n[color]\nui = always",
    harm=LIES,
)
configured(
    "core.ignoreStat", "[core]\nignoreStat = true\ntrustctime = false\ncheckStat = minimal", harm=LIES, dead=_NOTHING
)
configured("transfer options", "[core]\nbigFileThreshold = 1\n[pack]\nthreads = -5\n[index]\nthreads = lots", harm=LIES)


@vector("core.excludesFile ignores all", LIES, "check-ignore new.py")
def _excludes(trap: Trap) -> None:
    trap.put("all", "*\n")
    trap.put("repo/new.py")
    trap.config("[core]\nexcludesFile = BASE/all")


@vector("attributes of encodings", LIES)
def _encodings(trap: Trap) -> None:
    trap.put("repo/.gitattributes", "* ident working-tree-encoding=UTF-16 text eol=crlf\n[attr]binary\n" + "a" * 5000)


@vector("mailmap", LIES)
def _mailmap(trap: Trap) -> None:
    trap.put("repo/.mailmap", "LIE <lie@example.org> <ada@example.org>\n")
    trap.config("[log]\nmailmap = true")


@vector("notes", LIES)
def _notes(trap: Trap) -> None:
    trap.git("notes", "add", "-m", "LIE")
    trap.config('[notes]\ndisplayRef = *\n[core]\nnotesRef = "refs/notes/commits"')
