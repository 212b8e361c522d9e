"""What a Trainer of transformers is given: masks that hold, pruning on the way, sparsity in logs.

```python
trainer = Trainer(model, args, callbacks=[tombola.callbacks.MaskCallback(ticket.mask)])
tombola.callbacks.log_sparsity(trainer)
```
"""

from tombola.masks.logged import SparsityLog, log_sparsity, sparsity
from tombola.masks.trainer import GradualPruning, MaskCallback, PrunedWeightsReturned

__all__ = [
    "GradualPruning",
    "MaskCallback",
    "PrunedWeightsReturned",
    "SparsityLog",
    "log_sparsity",
    "sparsity",
]
