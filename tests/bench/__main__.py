"""`make bench`: every benchmark of this folder in turn, each in a process of its own, each beside its peer in the same run."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run those that are named, or all; 1 if one of them fails."""
    wanted = sys.argv[1:]
    scripts = [script for script in sorted(HERE.glob("*.py")) if '__name__ == "__main__"' in script.read_text() and script.name != "__main__.py"]
    failed = [script.stem for script in scripts if (not wanted or script.stem in wanted) and _run(script)]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _run(script: Path) -> int:
    print(f"\n== {script.stem}", flush=True)
    root = HERE.parents[1]  # `infra` is found there; a script that is run alone needs PYTHONPATH=. for it
    return subprocess.run([sys.executable, str(script)], check=False, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}).returncode


if __name__ == "__main__":
    sys.exit(main())
