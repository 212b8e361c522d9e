"""What an audit of pins comes to: silence is no good word."""

from typing import Any

from audited import judged

SOUND: dict[str, Any] = {"name": "sound", "version": "1.0", "vulns": []}
WEAK: dict[str, Any] = {
    "name": "weak",
    "version": "2.0",
    "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}, {"id": "CVE-2", "fix_versions": []}],
}
UNKNOWN: dict[str, Any] = {"name": "ours", "skip_reason": "Dependency not found"}


def test_each_weakness_is_a_line():
    code, lines = judged({"dependencies": [SOUND, WEAK]})
    assert code == 1
    assert lines == [
        "weak 2.0: CVE-1; mended in 2.1",
        "weak 2.0: CVE-2; mended in no version yet",
        "2 of 2 pins were looked up, 2 weaknesses are known",
    ]


def test_what_was_not_looked_up_is_said_and_where_that_is_all_nothing_is_known():
    code, lines = judged({"dependencies": [SOUND, UNKNOWN]})
    assert (code, lines[-1]) == (0, "not looked up: ours")
    code, lines = judged({"dependencies": [UNKNOWN, UNKNOWN]})
    assert code == 2
    assert "nobody answered about any of 2 pins" in lines[0]
