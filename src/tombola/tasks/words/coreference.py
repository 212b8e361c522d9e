"""Coreference arcs: whether two words mention the same thing."""

from collections import defaultdict
from collections.abc import Sequence

from tombola.errors import UserError
from tombola.tasks.words.sampling import ARC, NO_ARC, generator
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated, Link, Span


def coreference(text: Annotated, seed: int) -> tuple[Target, ...]:
    """Pairs of mentions, the later word first, of the same thing or of two.

    From clusters, as published (Liu et al. 2019, and their code). Clusters that share a
    mention are one. Of each cluster, mentions of a single word count. Where two clusters or more
    have two different such words each (as they are spelled, with their case), each pair of
    different words of a cluster is a positive, and each positive has one negative: the same later
    word, and a mention of a single word before it, drawn by `seed` from all other clusters, also
    those with one word only; none where there is no such mention. Where there are no two such
    clusters, there are no targets. Their text says that a negative is spelled differently too;
    their code and this do not ask for it. Different here: the generator of a text is made of its
    words and the seed, where theirs runs through a file.

    From links (of GAP), which are already pairs with labels: the last word of each mention, which
    in names is the head.

    Raises UserError where neither is annotated.
    """
    if text.links is not None:
        return tuple(sorted(_of_link(link) for link in text.links))
    if text.clusters is None:
        raise UserError(f"{text.where}: no coreference is annotated")
    words = text.words
    merged = merge(text.clusters)
    single = [sorted(start for start, end in spans if end == start + 1) for spans in merged]
    single = [positions for positions in single if positions]
    varied = [len({words[i] for i in positions}) > 1 for positions in single]
    if sum(varied) < 2:
        return ()
    rng = generator(seed, words)
    targets = []
    for cluster, positions in enumerate(single):
        others = sorted(i for j, other in enumerate(single) if j != cluster for i in other)
        for later in positions:
            candidates = [i for i in others if i < later]
            for earlier in positions:
                if earlier >= later:
                    break
                if words[earlier] == words[later]:
                    continue
                targets.append(Target((later, earlier), ARC))
                if candidates:
                    targets.append(Target((later, rng.choice(candidates)), NO_ARC))
    return tuple(sorted(targets))


def merge(clusters: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """Clusters of which no two share a mention: those that do become one."""
    where: dict[Span, int] = {}  # of each mention, the cluster it is in
    members: dict[int, list[Span]] = defaultdict(list)
    for i, cluster in enumerate(clusters):
        for span in cluster:
            if where.setdefault(span, i) == i:
                members[i].append(span)
            else:
                # All that was gathered in the other cluster so far moves into this one.
                for moved in members.pop(where[span]):
                    where[moved] = i
                    members[i].append(moved)
    return sorted(sorted(set(spans)) for spans in members.values())


def _of_link(link: Link) -> Target:
    return Target((link.later[1] - 1, link.earlier[1] - 1), ARC if link.same else NO_ARC)


WORD_TASKS.add(
    WordTask(
        name="coreference",
        about="whether two words mention the same thing",
        shape="pair",
        numbers=False,
        metric="accuracy",
        layers=("links", "clusters"),
        derive=coreference,
        texts_at_once=10,  # documents
        source="Pradhan et al. 2012; Liu et al. 2019",
        group="semantics",
    )
)
