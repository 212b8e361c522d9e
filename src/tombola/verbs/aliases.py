"""Verbs whose function has a longer name, by that of the command line."""

from tombola.verbs.attending import attention_patterns as patterns

__all__ = ["patterns"]
