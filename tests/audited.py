"""Known weaknesses of what is pinned, and what nobody could be asked about: `make audit`.

`pip-audit` finds nothing wrong with what it could not ask about, and says so in the same words.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any


def main(lock: str) -> int:
    """Ask about each pin of a file; print what was said.

    Returns 0 where nothing is known against any, 1 where something is, 2 where nobody answered.
    """
    flags = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", lock, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        print(f"pip-audit could not be run: {' '.join(done.stderr.split())[-500:]}")
        return 2
    code, lines = judged(found)
    print("\n".join(lines))
    return code


def judged(found: Mapping[str, Any]) -> tuple[int, list[str]]:
    """What `main` returns, and what it prints, of pip-audit's JSON."""
    pins = found["dependencies"]
    asked = [pin for pin in pins if "skip_reason" not in pin]
    if not asked:
        return 2, [f"nobody answered about any of {len(pins)} pins: is there a network?"]
    lines = [
        f"{pin['name']} {pin['version']}: {weakness['id']}; "
        f"mended in {', '.join(weakness['fix_versions']) or 'no version yet'}"
        for pin in asked
        for weakness in pin["vulns"]
    ]
    unknown = [pin["name"] for pin in pins if "skip_reason" in pin]
    said = [f"{len(asked)} of {len(pins)} pins were looked up, {len(lines)} weaknesses are known"]
    if unknown:
        said.append(f"not looked up: {', '.join(unknown)}")
    return int(bool(lines)), [*lines, *said]


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
