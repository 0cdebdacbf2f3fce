"""The desk's database."""

from .opening import Opened, open_store
from .problems import StoreError, StoreProblem
from .seals import KeyringSeal, MemoryOnly, PassphraseSeal, Seal, SealError, choose_seal
from .store import SqliteReader, SqliteStore

__all__ = [
    "KeyringSeal",
    "MemoryOnly",
    "Opened",
    "PassphraseSeal",
    "Seal",
    "SealError",
    "SqliteReader",
    "SqliteStore",
    "StoreError",
    "StoreProblem",
    "choose_seal",
    "open_store",
]
