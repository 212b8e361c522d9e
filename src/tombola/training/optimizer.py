"""AdamW, as every training here has it."""

import torch

from tombola.training.settings import Training


def build_optimizer(model: torch.nn.Module, training: Training) -> torch.optim.AdamW:
    """AdamW over all trainable parameters; vectors (biases, norms) are not decayed."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trainable if p.ndim > 1], "weight_decay": training.weight_decay},
        {"params": [p for p in trainable if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups, lr=training.learning_rate, betas=training.betas, eps=training.epsilon, fused=True
    )
