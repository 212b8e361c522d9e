"""The grammar of the built-in language as rules that recognise its sentences.

It takes more than is ever said: any preposition before any noun, any depth. So what it refuses is
surely no sentence. A symbol is a label and, after a dot, a number or a form: `NP.pl`. No rule is
left-recursive.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from tombola.language import little
from tombola.language.knobs import Language
from tombola.language.lexicon import COMPANIES, lexicon

Rules = dict[str, tuple[tuple[str, ...], ...]]


def rules() -> Rules:
    """What each symbol may be made of."""
    table = {
        "S": "CLAUSE | CLAUSE CC S",
        "CLAUSE": "PLAIN | PP PLAIN",
        "PLAIN": "NP.sg VP.sg | NP.pl VP.pl",
        "NP": "NP.sg | NP.pl",
        "NP.sg": "BASE.sg | BASE.sg MODS.sg",
        "NP.pl": "BASE.pl | BASE.pl MODS.pl | BASE CC GROUPED",
        "GROUPED": "BASE | BASE CC GROUPED",
        "BASE": "BASE.sg | BASE.pl",
        "BASE.sg": "NAME | NAME NAME | NAME COMPANY | DET.sg BAR.sg",
        "BASE.pl": "DET.pl BAR.pl",
        "PP": "P NP",
        "PPS": "PP | PP PPS",
        "VP.base": "CORE.base | BE.base AFTER-BE",
        "VP.to": "TO VP.base | ADV TO VP.base",
        "AFTER-BE": "ADJ | TV.participle BY NP | TV.participle BY NP PPS",
    }
    for n in ("sg", "pl"):
        table |= {
            f"BAR.{n}": f"N.{n} | ADJ BAR.{n}",
            f"MODS.{n}": f"PP | RC.{n} | PP MODS.{n}",
            f"RC.{n}": f"THAT VP.{n} | THAT NP.sg GAP.sg | THAT NP.pl GAP.pl",
            f"VP.{n}": f"ONE.{n} | ONE.{n} CC VP.{n}",
            f"ONE.{n}": f"BODY.{n} | ADV BODY.{n}",
            f"BODY.{n}": f"CORE.{n} | BE.{n} AFTER-BE | BE.{n} NOT AFTER-BE | DO.{n} NOT CORE.base"
            " | MODAL VP.base | MODAL NOT VP.base",
            f"GAP.{n}": f"TV.{n} | DO.{n} NOT TV.base | MODAL TV.base | MODAL NOT TV.base",
        }
    for n in ("sg", "pl", "base"):
        table[f"CORE.{n}"] = (
            f"IV.{n} | IV.{n} PPS | TV.{n} NP | TV.{n} NP PPS | THINK.{n} THAT CLAUSE"
            f" | WANT.{n} VP.to"
        )
    return {
        symbol: tuple(tuple(part.split()) for part in parts.split("|"))
        for symbol, parts in table.items()
    }


class Grammar:
    """The rules and the words of one language."""

    def __init__(self, language: Language) -> None:
        self.rules = rules()
        self.forms: dict[str, frozenset[str]] = _terminals(language)
        """The word forms of each symbol that is no phrase."""

    def accepts(self, forms: Sequence[str]) -> bool:
        """Whether the word forms are a sentence of the language, nested to any depth."""
        return len(forms) in self._ends("S", 0, forms, {})

    def _ends(
        self, symbol: str, start: int, forms: Sequence[str], known: dict[tuple[str, int], set[int]]
    ) -> set[int]:
        """Where a phrase of that symbol that starts at `start` may end."""
        if symbol in self.forms:
            fits = start < len(forms) and forms[start] in self.forms[symbol]
            return {start + 1} if fits else set()
        key = symbol, start
        if key not in known:
            known[key] = found = set()
            for rule in self.rules[symbol]:
                reached = {start}
                for part in rule:
                    reached = {j for i in reached for j in self._ends(part, i, forms, known)}
                    if not reached:
                        break
                found |= reached
        return known[key]


@cache
def grammar(language: Language) -> Grammar:
    """The grammar of a language, made once."""
    return Grammar(language)


def _terminals(language: Language) -> dict[str, frozenset[str]]:
    words = lexicon(language)
    uses = [use for table in (little.TELLING, little.OPEN) for uses in table.values()
            for use in uses]  # fmt: skip
    found: dict[str, Iterable[str]] = {
        "N.sg": (noun.singular.form for noun in words.nouns.things),
        "N.pl": (noun.plural.form for noun in words.nouns.things),
        "ADJ": (adjective.word.form for adjective in words.adjectives.things),
        "ADV": (adverb.word.form for adverb in words.adverbs.things),
        "NAME": (name.lemma for name in words.names.stems()),
        "COMPANY": COMPANIES,
        "P": (use.word.form for use in uses),
        "BY": [little.BY.form],
        "THAT": [little.THAT.form],
        "NOT": [little.NOT.form],
        "TO": [little.TO.form],
        "CC": little.CONJUNCTIONS,
        "MODAL": (modal.word.form for modal in little.MODALS),
        "BE.base": [little.BE.base.form],
        "TV.participle": (verb.participle.form for verb in words.transitive.things),
    }
    verbs = {
        "IV": words.intransitive.things,
        "TV": words.transitive.things,
        "THINK": little.EMBEDDING["finite"],
        "WANT": little.EMBEDDING["infinitive"],
    }
    for symbol, things in verbs.items():
        found[f"{symbol}.base"] = [verb.base.form for verb in things]
    for number, determiners in little.DETERMINERS.items():
        found[f"DET.{number}"] = determiners
        for symbol, things in {**verbs, "BE": (little.BE,), "DO": (little.DO,)}.items():
            found[f"{symbol}.{number}"] = [
                form.form for verb in things for (_, n), form in verb.finite.items() if n == number
            ]
    return {symbol: frozenset(forms) for symbol, forms in found.items()}
