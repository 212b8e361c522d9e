"""`python -m docs.site OUT ZENSICAL`: stage every page, then build the site strictly, offline."""

import subprocess
import sys
from pathlib import Path

from docs.site.check import faults
from docs.site.staging import stage

DOCS = Path(__file__).parents[1]


def main(out: Path, zensical: Path) -> int:
    """Write the staged pages and the site below `out`; 0 where nothing is wrong with it."""
    stage(DOCS, out)
    # Not through a link: an environment is told by where its program stands.
    command = [str(zensical.absolute()), "build", "--strict", "--clean"]
    code = subprocess.run(command, cwd=out, check=False).returncode
    wrong = list(faults(out / "site")) if code == 0 else []
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return code or bool(wrong)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2])))
