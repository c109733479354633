"""`python audited.py WORDS`: `mlops-lint WORDS` under the audit hook; a breach ends it with 99."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import audit

BREACH = 99


def main() -> None:
    """Install the hook before the linter is imported."""
    sys.path.pop(0)
    audit.install()
    from mlops_lint.cli.commands import main as start

    try:
        start()
    except audit.Breach as breach:
        sys.stderr.write(f"breach: {breach}\n")
        sys.exit(BREACH)
    finally:
        if audit.breaches:
            sys.stderr.write(f"breaches: {audit.breaches}\n")


if __name__ == "__main__":
    main()
