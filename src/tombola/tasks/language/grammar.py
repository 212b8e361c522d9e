"""The grammar of the built-in language: one table of rules that generates and recognises.

A symbol is a label and, after a dot, a number: `NP.pl`. Symbols in `_` give no phrase of their own:
what is under them hangs from the phrase above. No rule is left-recursive, and every sentence has
one tree only:

- a common noun carries one modifier at most, a conjunct none;
- only an intransitive verb takes a prepositional phrase, so that there is no object to claim it;
- a common noun always has a determiner, so that a noun that looks like a verb can be told from it;
- an adverb stands before its verb.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from tombola.tasks.language.chance import Choice
from tombola.tasks.language.knobs import Language
from tombola.tasks.language.lexicon import Lexicon, lexicon
from tombola.tasks.language.trees import Number, Phrase, Word


@dataclass(frozen=True)
class Rule:
    """What a symbol may be made of."""

    symbols: tuple[str, ...]
    weight: float
    deepens: bool = False
    """Whether it adds a modifier, which costs a level of depth."""


def rules(language: Language) -> dict[str, tuple[Rule, ...]]:
    """The rules by the symbol they expand.

    Subjects and objects are singular as often as plural, and so are verbs in every construction:
    neither form says anything about a sentence by itself.
    """
    table = {
        "S": _either(("NP.sg", "VP.sg"), ("NP.pl", "VP.pl")),
        "PP": _either(("P", "NP.sg"), ("P", "NP.pl")),
        "_CONJUNCT": _either(("NP.sg.simple",), ("NP.pl.simple",)),
        "NP.sg": (Rule(("NAME",), 0.2), *_common("sg", 0.8, language.modified)),
        "NP.pl": (
            Rule(("_CONJUNCT", "AND", "_CONJUNCT"), 0.2),
            *_common("pl", 0.8, language.modified),
        ),
        "NP.sg.simple": (Rule(("NAME",), 0.2), Rule(("DET.sg", "_BAR.sg"), 0.8)),
        "NP.pl.simple": (Rule(("DET.pl", "_BAR.pl"), 1.0),),
    }
    for n in ("sg", "pl"):
        table |= {
            f"_BAR.{n}": (Rule((f"N.{n}",), 0.7), Rule(("ADJ", f"_BAR.{n}"), 0.3)),
            f"VP.{n}": (
                Rule((f"_IV.{n}",), 0.25),
                Rule((f"_IV.{n}", "PP"), 0.2),
                Rule((f"_TV.{n}", "NP.sg"), 0.275),
                Rule((f"_TV.{n}", "NP.pl"), 0.275),
            ),
            f"VP.{n}.gap": (Rule((f"_TV.{n}",), 1.0),),
            f"RC.{n}": (
                Rule(("THAT", f"VP.{n}"), 0.5),
                Rule(("THAT", "NP.sg", "VP.sg.gap"), 0.25),
                Rule(("THAT", "NP.pl", "VP.pl.gap"), 0.25),
            ),
        }
        for verb in ("IV", "TV"):
            table[f"_{verb}.{n}"] = (
                Rule((f"{verb}.{n}",), 0.6),
                Rule(("ADV", f"{verb}.{n}"), 0.2),
                Rule((f"AUX.{n}", "NOT", f"{verb}.base"), 0.2),
            )
    return table


def _either(*alternatives: tuple[str, ...]) -> tuple[Rule, ...]:
    return tuple(Rule(symbols, 1.0) for symbols in alternatives)


def _common(n: str, weight: float, modified: float) -> tuple[Rule, ...]:
    noun = (f"DET.{n}", f"_BAR.{n}")
    return (
        Rule(noun, weight * (1 - modified)),
        Rule((*noun, "PP"), weight * modified / 2, deepens=True),
        Rule((*noun, f"RC.{n}"), weight * modified / 2, deepens=True),
    )


class Grammar:
    """The rules and words of one language, ready to generate and to recognise."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.lexicon: Lexicon = lexicon(language)
        self.rules = rules(language)
        self._any = {symbol: _choice(choices) for symbol, choices in self.rules.items()}
        self._flat = {
            symbol: _choice([rule for rule in choices if not rule.deepens])
            for symbol, choices in self.rules.items()
        }
        self._classes_of: dict[str, set[str]] = {}
        for symbol, choice in self.lexicon.classes.items():
            for word in choice.things:
                self._classes_of.setdefault(word.form, set()).add(symbol)

    def sentence(self, rng: Random) -> Phrase:
        """A random sentence."""
        return self._phrase("S", self.language.depth, rng)

    def accepts(self, forms: Sequence[str]) -> bool:
        """Whether the word forms are a sentence of the language, nested to any depth."""
        ends: dict[tuple[str, int], set[int]] = {}
        return len(forms) in self._ends("S", 0, forms, ends)

    def _phrase(self, symbol: str, depth: int, rng: Random) -> Phrase:
        label, number = _label_and_number(symbol)
        children: list[Phrase | Word] = []
        self._expand(symbol, depth, rng, children)
        return Phrase(label, number, tuple(children))

    def _expand(self, symbol: str, depth: int, rng: Random, into: list[Phrase | Word]) -> None:
        rule = (self._any if depth else self._flat)[symbol].draw(rng)
        depth -= rule.deepens
        for part in rule.symbols:
            if part in self.lexicon.classes:
                into.append(self.lexicon.classes[part].draw(rng))
            elif part[0] == "_":
                self._expand(part, depth, rng, into)
            else:
                into.append(self._phrase(part, depth, rng))

    def _ends(
        self, symbol: str, start: int, forms: Sequence[str], known: dict[tuple[str, int], set[int]]
    ) -> set[int]:
        """Where a phrase of that symbol that starts at `start` may end."""
        key = symbol, start
        if key not in known:
            known[key] = found = set()
            for rule in self.rules[symbol]:
                reached = {start}
                for part in rule.symbols:
                    if part in self.lexicon.classes:
                        reached = {i + 1 for i in reached if self._is(part, i, forms)}
                    else:
                        reached = {j for i in reached for j in self._ends(part, i, forms, known)}
                    if not reached:
                        break
                found |= reached
        return known[key]

    def _is(self, symbol: str, position: int, forms: Sequence[str]) -> bool:
        return position < len(forms) and symbol in self._classes_of.get(forms[position], ())


@cache
def grammar(language: Language) -> Grammar:
    """The grammar of a language, made once."""
    return Grammar(language)


def _choice(alternatives: Sequence[Rule]) -> Choice[Rule]:
    return Choice(alternatives, [rule.weight for rule in alternatives])


@cache
def _label_and_number(symbol: str) -> tuple[str, Number]:
    label, *rest = symbol.split(".")
    numbers: dict[str, Number] = {"sg": "sg", "pl": "pl"}
    return label, numbers[rest[0]] if rest else ""
