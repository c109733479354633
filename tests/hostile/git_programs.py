"""Programs that a repository names, in its configuration and elsewhere."""

from __future__ import annotations

import os
import shutil

from git_register import FSMONITOR, RUNS, VECTORS, Vector, configured, vector
from git_trap import HOOKS, Trap

_SIGNATURE = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEzBAABCAAdFiEE\n -----END PGP SIGNATURE-----\n"

# Programs named by the configuration ---------------------------------------------------------------------------------

configured("core.fsmonitor", FSMONITOR)
configured("filter.clean", '[filter "x"]\nclean = MARK')
configured("filter.smudge", '[filter "x"]\nsmudge = MARK', "checkout -f HEAD~1")
configured("filter.process", '[filter "x"]\nprocess = MARK\nrequired = true')
configured("diff.external", "[diff]\nexternal = MARK")
configured("diff.x.command", '[diff "x"]\ncommand = MARK')
configured("diff.x.textconv", '[diff "x"]\ntextconv = MARK')
configured("tar.x.command", '[tar "x"]\ncommand = MARK', "archive --format=x HEAD")
configured("core.sshCommand", '[core]\nsshCommand = MARK\n[remote "origin"]\nurl = ssh://host.invalid/x', "fetch")
configured("core.gitProxy", '[core]\ngitProxy = MARK\n[remote "origin"]\nurl = git://host.invalid/x', "fetch")
configured("remote.uploadpack", '[remote "origin"]\nurl = BASE/repo\nuploadpack = MARK', "fetch")
configured(
    "ext:: remote", '[remote "origin"]\nurl = ext::MARK\n[protocol "ext"]\nallow = always', "fetch", "ls-remote origin"
)
configured("core.askPass", "[core]\naskPass = MARK", "credential fill")
configured("credential.helper", "[credential]\nhelper = MARK", "credential fill")
configured("core.pager", "[core]\npager = MARK", "tty log")
configured("pager.log", "[pager]\nlog = MARK\nls-files = MARK", "tty log")
configured("core.editor", "[core]\neditor = MARK", "commit --amend")
configured("sequence.editor", "[sequence]\neditor = MARK", "rebase -i HEAD~1")
configured("alias", "[alias]\nls-files = !MARK\nx = !MARK", "x")
configured("difftool", '[difftool "x"]\ncmd = MARK\n[diff]\ntool = x', "difftool -y HEAD~1")
configured("browser", '[browser "x"]\ncmd = MARK\n[web]\nbrowser = x', "web--browse http://host.invalid")
configured("man viewer", '[man]\nviewer = x\n[man "x"]\ncmd = MARK', "help -m status")
configured('[hook "x"]', '[hook "x"]\nevent = post-index-change\ncommand = MARK', dead="only git 2.54 and later")
configured("trailer.command", '[trailer "x"]\nkey = X\ncommand = MARK', "interpret-trailers --trailer X=1")
configured("uploadpack.packObjectsHook", "[uploadpack]\npackObjectsHook = MARK", dead="git takes it from the user only")
configured("fsmonitor and safe.directory", FSMONITOR + "\n[safe]\ndirectory = *\nbareRepository = all")


@vector("hooks")
def _hooks(trap: Trap) -> None:
    for name in HOOKS:
        trap.program(f"repo/.git/hooks/{name}")


@vector("core.hooksPath")
def _hooks_path(trap: Trap) -> None:
    for name in HOOKS:
        trap.program(f"hooks/{name}")
    trap.config("[core]\nhooksPath = BASE/hooks")


@vector("merge.x.driver", RUNS, "merge side")
def _merge_driver(trap: Trap) -> None:
    trap.git("checkout", "-q", "-b", "side", "HEAD~1")
    trap.put("repo/src/train.py", "side\n")
    trap.git("commit", "-q", "-a", "-m", "side")
    trap.git("checkout", "-q", "main")
    trap.config('[merge "x"]\ndriver = MARK %A')


@vector("interactive.diffFilter", RUNS, "add -p", dead="only where git believes in a terminal")
def _diff_filter(trap: Trap) -> None:
    trap.put("repo/README.md", "# Changed\n")
    trap.config("[interactive]\ndiffFilter = MARK\n[color]\nui = always")


@vector("core.alternateRefsCommand", RUNS, "receive-pack .")
def _alternate_refs(trap: Trap) -> None:
    shutil.copytree(trap.repo, trap.base / "other")
    trap.put("repo/.git/objects/info/alternates", f"{trap.base}/other/.git/objects\n")
    trap.config("[core]\nalternateRefsCommand = MARK")


@vector("include.path")
def _include(trap: Trap) -> None:
    trap.config(FSMONITOR, "repo/.git/extra")
    trap.config("[include]\npath = extra")


@vector("include.path of a tracked file")
def _include_tracked(trap: Trap) -> None:
    trap.config(FSMONITOR, "repo/git.cfg")
    trap.config("[include]\npath = ../git.cfg")


@vector("includeIf")
def _include_if(trap: Trap) -> None:
    trap.config(FSMONITOR, "repo/.git/extra")
    trap.config('[includeIf "gitdir:**"]\npath = extra\n[includeIf "onbranch:**"]\npath = extra')


@vector("config.worktree")
def _config_worktree(trap: Trap) -> None:
    trap.git("config", "core.repositoryformatversion", "1")
    trap.config("[extensions]\nworktreeConfig = true")
    trap.config(FSMONITOR, "repo/.git/config.worktree")


@vector("`.git` file")
def _git_file(trap: Trap) -> None:
    trap.config(FSMONITOR)
    trap.gitdir.rename(trap.base / "store")
    trap.put("repo/.git", "gitdir: ../store\n")


@vector("`.git` link")
def _git_link(trap: Trap) -> None:
    trap.config(FSMONITOR)
    trap.gitdir.rename(trap.base / "store")
    trap.gitdir.symlink_to("../store")


@vector("commondir")
def _commondir(trap: Trap) -> None:
    shutil.copytree(trap.gitdir, trap.base / "common")
    trap.config(FSMONITOR, "common/config")
    trap.put("repo/.git/commondir", "../../common\n")


@vector("embedded bare repository")
def _embedded(trap: Trap) -> None:
    shutil.copytree(trap.gitdir, trap.repo / "data")
    trap.config('[core]\nworktree = "."\n' + FSMONITOR, "repo/data/config")
    trap.put("repo/data/README.md", "# Data\n")
    trap.start = "data"


@vector("nested repository")
def _nested(trap: Trap) -> None:
    shutil.copytree(trap.repo, trap.base / "nested")
    (trap.base / "nested").rename(trap.repo / "nested")
    trap.config(FSMONITOR, "repo/nested/.git/config")
    trap.start = "nested"


@vector("info/attributes with a filter")
def _info_attributes(trap: Trap) -> None:
    trap.put("repo/.git/info/attributes", "* filter=y diff=y\n")
    trap.config('[filter "y"]\nclean = MARK\n[diff "y"]\ntextconv = MARK')


@vector("core.attributesFile with a filter")
def _attributes_file(trap: Trap) -> None:
    trap.put("attributes", "* filter=y diff=y\n")
    trap.put("repo/.gitattributes", "")
    trap.config('[core]\nattributesFile = BASE/attributes\n[filter "y"]\nclean = MARK\n[diff "y"]\ncommand = MARK')


@vector("filter.lfs")
def _lfs(trap: Trap) -> None:
    trap.put("repo/.gitattributes", "*.py filter=lfs diff=lfs merge=lfs -text\n")
    trap.config('[filter "lfs"]\nclean = MARK\nsmudge = MARK\nprocess = MARK\nrequired = true')


def _sign(trap: Trap, header: str = _SIGNATURE) -> None:
    head, _, message = trap.git("cat-file", "commit", "HEAD").partition("\n\n")
    signed = trap.forge("commit", f"{head}\n{header}\n{message}\n".encode())
    trap.git("update-ref", "refs/heads/main", signed)


@vector("gpg.program and a signed commit")
def _gpg(trap: Trap) -> None:
    _sign(trap)
    trap.config("[gpg]\nprogram = MARK\n[log]\nshowSignature = true")


@vector("gpg.ssh.program and a signed commit")
def _gpg_ssh(trap: Trap) -> None:
    _sign(trap, _SIGNATURE.replace("PGP", "SSH"))
    signers = "[gpg]\nformat = ssh\n[gpg.ssh]\nallowedSignersFile = MARK"
    trap.config(f'{signers}\n[gpg "ssh"]\nprogram = MARK\nallowedSignersFile = MARK\n[log]\nshowSignature = true')


@vector("format.pretty with a signature")
def _pretty(trap: Trap) -> None:
    _sign(trap)
    trap.config("[gpg]\nprogram = MARK\n[format]\npretty = %G?")


def _promisor(name: str, remote: str) -> None:
    def arm(trap: Trap) -> None:
        trap.remove_object(trap.git("rev-parse", "HEAD:src/train.py"))
        trap.remove_object(trap.git("rev-parse", "HEAD~1:src/train.py"))
        trap.git("config", "core.repositoryformatversion", "1")
        trap.config('[extensions]\npartialClone = origin\n[protocol "ext"]\nallow = always')
        trap.config(f'[remote "origin"]\npromisor = true\n{remote}')

    VECTORS.append(Vector(name, RUNS, arm))


_promisor("promisor remote ext::", "url = ext::MARK")
_promisor("promisor remote uploadpack", "url = BASE/elsewhere\nuploadpack = MARK")
_promisor("promisor remote sshCommand", "url = ssh://host.invalid/x\n[core]\nsshCommand = MARK")


def _gitlink(trap: Trap) -> None:
    shutil.copytree(trap.repo, trap.base / "sub")
    (trap.base / "sub").rename(trap.repo / "sub")
    trap.git("update-index", "--add", "--cacheinfo", f"160000,{trap.git('rev-parse', 'HEAD')},sub")
    trap.git("commit", "-q", "-m", "sub", "--no-verify")
    trap.config(FSMONITOR, "repo/sub/.git/config")


@vector("undeclared gitlink with fsmonitor")
def _undeclared(trap: Trap) -> None:
    _gitlink(trap)


@vector("submodule with fsmonitor")
def _submodule(trap: Trap) -> None:
    trap.put("repo/.gitmodules", '[submodule "sub"]\npath = sub\nurl = ./sub\nignore = none\n')
    trap.git("add", ".gitmodules")
    _gitlink(trap)
    trap.config('[submodule "sub"]\nactive = true\nurl = ./sub\n[diff]\nignoreSubmodules = none\nsubmodule = log')


@vector("submodule.update = !command", RUNS, "submodule update --init")
def _submodule_update(trap: Trap) -> None:
    trap.put("repo/.gitmodules", '[submodule "sub"]\npath = sub\nurl = ./sub\n')
    trap.git("add", ".gitmodules")
    _gitlink(trap)
    trap.git("update-index", "--cacheinfo", f"160000,{trap.git('rev-parse', 'HEAD~1')},sub")
    trap.config('[submodule "sub"]\nactive = true\nurl = ./sub\nupdate = !MARK')


@vector("index with a split link and fsmonitor", RUNS)
def _split(trap: Trap) -> None:
    trap.git("update-index", "--split-index")
    trap.config(FSMONITOR + "\nsplitIndex = true\nuntrackedCache = true")


@vector("another owner", RUNS, dead="git refuses other people's repositories")
def _owner(trap: Trap) -> None:
    trap.config(FSMONITOR + "\n[safe]\ndirectory = *")
    if os.geteuid() == 0:
        for path in (trap.repo, *trap.repo.rglob("*")):
            os.chown(path, 12345, 12345, follow_symlinks=False)


@vector("a program `git` in the repository")
def _program(trap: Trap) -> None:
    for name in ("git", "git.exe", "git-ls-files", "less", "cat"):
        trap.program(f"repo/{name}")
    trap.environment["PATH"] = os.pathsep.join([".", "", "repo", os.environ["PATH"]])
