"""When the garbage collector looks, which everything that cleans pages pays for."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from looking at what is no garbage before it ends.

    A page makes thousands of objects and, as hardly any is in a cycle, lets go of them by itself when it is done: a
    collector that looks meanwhile takes a fifth of a walk's time and a twentieth of a whole page's, and finds nothing.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
