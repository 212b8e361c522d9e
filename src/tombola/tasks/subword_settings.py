"""How the vocabulary of a new model is made."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from tombola.settings import Settings


class Subwords(Settings):
    """How the vocabulary of a new model is made."""

    kind: Literal["bpe", "wordpiece"] = "bpe"
    """BPE merges what stands side by side most often (Sennrich et al. 2016); WordPiece reads the
    longest piece first, as BERT does."""
    size: int = Field(8000, ge=300, le=2**20)
    """Tokens in all, special ones included; fewer where the text has no more."""
    split: Literal["bytes", "blanks"] = "bytes"
    """What BPE works within. `bytes`: words with the blank before them, written as bytes, so that
    nothing is unknown and text comes back as it was (GPT-2). `blanks`: what stands between blanks,
    as in the published experiments on translation, whose text Moses has tokenised before."""
    lower: bool = False
    """Whether WordPiece reads all text in lower case and without accents."""
    file: Path | None = None
    """A vocabulary that is there: BERT's `vocab.txt`, for WordPiece."""

    @model_validator(mode="after")
    def _fits(self) -> "Subwords":
        if self.kind == "bpe" and (self.lower or self.file is not None):
            raise ValueError("lower and file are for wordpiece")
        if self.kind == "wordpiece" and "split" in self.model_fields_set:
            raise ValueError("split is for bpe: wordpiece splits at blanks and punctuation")
        return self
