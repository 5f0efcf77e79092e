"""Object stores: those that speak S3, Google's and Azure's, all through obstore.

    address ─▶ connecting ─▶ Objects (one request, tried again where that helps)
                                ├─ look ──▶ Standing          the manifest, and what is noted in it (`notes`)
                                └─ work ──▶ stages of uploads and deletions, as the journal allows

A store changes file by file. The manifest there is the lock, the journal and the truth: it is written on the condition
that nobody else has, before the first file, from time to time, and after the last one. What a publish overwrites or
deletes is copied to `.callsite-kept/` first, inside the store, so that a rollback sends nothing.
"""

from callsite.destinations.store.destination import StoreDestination
from callsite.destinations.store.patience import Patience

__all__ = ["Patience", "StoreDestination"]
