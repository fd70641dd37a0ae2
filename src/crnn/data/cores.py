"""How many processor cores this process may use."""

import os


def cores() -> int:
    """Cores that this process may run on, which in a container or under a scheduler are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
