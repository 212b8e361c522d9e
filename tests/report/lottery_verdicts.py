"""Words of verdicts, and a claim's test by its name."""

import lottery_tables as made

from tombola.report.claims.claim import CLAIMS, Finding

SILENT = "silent"
SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "undecided"


def judge(claim: str, study: made.Lottery) -> Finding:
    return CLAIMS[claim].test(study.tables)
