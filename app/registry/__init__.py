"""The registry: one local SQLite file with every grant, every intent and the chained audit rows.

Law: the only package that knows SQLite. sqlite_utils costs 60 ms and is imported only to change the
schema. Losing the file never stops a removal; it holds why, the cluster holds what.
"""

from app.registry.registry import Registry

__all__ = ["Registry"]
