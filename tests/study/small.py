"""A study so small that a test runs it in seconds, on a text file of its own."""

from pathlib import Path

import yaml

from tombola.study import Recipe, parse_recipe

SUBJECTS = ("the dog", "a cat", "no bird", "some child", "her friend", "our teacher")
VERBS = ("sees", "hears", "likes", "finds", "follows")


def cola_folder(folder: Path) -> Path:
    """Sixty sentences in the form of CoLA; the wrong ones repeat the verb."""
    rows = []
    for i in range(60):
        subject, verb, other = SUBJECTS[i % 6], VERBS[i % 5], SUBJECTS[(i + 1 + i // 6) % 6]
        good = i % 3 != 0
        text = f"{subject} {verb} {other}" if good else f"{subject} {verb} {verb} {other}"
        rows.append(f"made\t{int(good)}\t{'' if good else '*'}\t{text} .")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "train.tsv").write_text("\n".join(rows[:40]) + "\n")
    (folder / "dev.tsv").write_text("\n".join(rows[40:]) + "\n")
    return folder


def recipe_text(folder: Path) -> str:
    """The YAML of the small study."""
    return yaml.safe_dump(
        {
            "name": "small",
            "title": "A small study",
            "seeds": [1],
            "experiments": {
                "toy": {
                    "model": {
                        "new": {
                            "model_type": "bert",
                            "hidden_size": 16,
                            "num_hidden_layers": 1,
                            "num_attention_heads": 2,
                            "intermediate_size": 32,
                            "max_position_embeddings": 32,
                        }
                    },
                    "task": {"name": "CoLA", "folder": str(folder)},
                    "training": {"steps": 6, "batch_size": 8, "learning_rate": 0.01},
                    "pruning": {"amount": 0.4},
                    "rounds": 2,
                    "rewinding": [
                        {"what": "weights", "to": 0.0},
                        {"what": "learning-rate", "to": 0.5},
                    ],
                    "dissect": {"similarity": {}},
                }
            },
        },
        sort_keys=False,
    )


def recipe(folder: Path, *changes: str) -> Recipe:
    """The small study with `key=value` changes."""
    return parse_recipe(recipe_text(cola_folder(folder)), "small", changes)
