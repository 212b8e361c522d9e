"""An inspection as a tree: stacks, layers, blocks, heads and matrices."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from tombola.anatomy.inspection.inspect import BlockRow, Count, Inspection


@dataclass(frozen=True)
class Node:
    """A part, what it is made of, and the parts in it."""

    name: str
    size: str = ""
    entries: str = ""
    """How many."""
    zeros: str = ""
    """Their share of zeros, or from which to which; empty where it is not known."""
    parts: tuple["Node", ...] = ()


def tree(inspection: Inspection) -> tuple[Node, ...]:
    """A node for each stack; neighbouring layers that look the same share one."""
    return tuple(
        Node(name, parts=tuple(_layers(rows)))
        for name, rows in groupby(inspection.blocks, key=lambda block: block.stack)
    )


def lines(nodes: Iterable[Node], before: str = "", root: bool = True) -> Iterator[tuple[str, Node]]:
    """Every node with its name behind the branches that lead to it."""
    nodes = tuple(nodes)
    for n, node in enumerate(nodes):
        last = n == len(nodes) - 1
        yield before + ("" if root else "└─ " if last else "├─ ") + node.name, node
        yield from lines(node.parts, before + ("" if root else "   " if last else "│  "), False)


def percent(count: Count) -> str:
    """The share of zeros; a dash where it is not known."""
    return "–" if count.sparsity is None else f"{count.sparsity:.1%}"


def _layers(rows: Iterable[BlockRow]) -> Iterator[Node]:
    found = []
    for index, blocks in groupby(rows, key=lambda block: block.layer):
        inside = list(blocks)
        found.append((index, inside[0].n_uses, tuple(_block(block) for block in inside)))
    for (n_uses, parts), alike in groupby(found, key=lambda layer: layer[1:]):
        indices = [index for index, *_ in alike]
        first, last = indices[0], indices[-1]
        name = f"layer {first}" if first == last else f"layers {first}-{last}"
        size = "" if n_uses == 1 else f"used {n_uses} times"
        yield Node(name, size, parts=parts)


def _block(block: BlockRow) -> Node:
    parts = tuple(_matrices(block))
    if block.by_head and block.count.zeros:
        each = f"{block.by_head[0].n:,}"
        parts = (Node("heads", "each", each, _range(block.by_head)), *parts)
    size = f"{block.neurons:,} neurons"
    if block.kind != "mlp":
        size = f"{block.heads} head{'' if block.heads == 1 else 's'} × {block.head_dim}"
        if block.key_heads != block.heads:
            size += f", keys of {block.key_heads}"
    return Node(block.kind, size, f"{block.count.n:,}", percent(block.count), parts)


def _matrices(block: BlockRow) -> Iterator[Node]:
    """A node for each shape."""
    for shape in dict.fromkeys(matrix.shape for matrix in block.matrices):
        alike = [matrix for matrix in block.matrices if matrix.shape == shape]
        n = sum(matrix.count.n for matrix in alike)
        size = "×".join(map(str, shape)) + (", each" if len(alike) > 1 else "")
        zeros = _range([matrix.count for matrix in alike])
        yield Node(", ".join(matrix.role for matrix in alike), size, f"{n:,}", zeros)


def _range(counts: Iterable[Count]) -> str:
    """The least and the greatest share of zeros."""
    shown = list(
        dict.fromkeys(percent(c) for c in sorted(counts, key=lambda count: count.sparsity or 0.0))
    )
    return shown[0] if len(shown) == 1 else f"{shown[0]}–{shown[-1]}"
