"""Fair timing: each side in a process of its own, measured in turns, so that a busy machine is unfair to nobody.

A side is a script whose actions `serve` offers on its standard input. It runs in its own process because the C
library's allocator setting holds for a whole process, and Keras may live in another Python altogether.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).parent
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")

Action = Callable[..., dict[str, Any]]


class Side:
    """A process that measures on demand.

    Args:
        script: File beside this one, run with `arguments`; it calls `serve`.
        arguments: What the script is told.
        threads: Threads it may use.
        python: Interpreter; this one unless given.
    """

    def __init__(self, script: str, *arguments: str, threads: int, python: str = sys.executable) -> None:
        settings = {**os.environ, **dict.fromkeys(THREADS, str(threads)), "TF_CPP_MIN_LOG_LEVEL": "3"}
        settings["PYTHONPATH"] = str(HERE.parent / "src")
        self.name = " ".join((script, *arguments))
        self._process = subprocess.Popen(
            [python, str(HERE / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if script.endswith("keras.py") else None,
            env=settings,
            text=True,
        )

    def do(self, action: str, **settings: Any) -> dict[str, Any]:
        """Run one action in the process and give back what it measured.

        Raises:
            RuntimeError: the action failed, or the process died.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"action": action, "settings": settings}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise RuntimeError(f"{self.name} has died before {action}") from error
        for line in self._process.stdout:
            if line.startswith("{"):
                reply: dict[str, Any] = json.loads(line)
                if "error" in reply:
                    raise RuntimeError(f"{self.name} failed at {action}:\n{reply['error']}")
                return reply
        raise RuntimeError(f"{self.name} has died at {action}: run it by itself to see why")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()


def serve(actions: Mapping[str, Action]) -> None:
    """Answer the parent's wishes until it goes: a line of JSON in, a line of JSON out."""
    for line in sys.stdin:
        wish = json.loads(line)
        try:
            reply = actions[wish["action"]](**wish["settings"])
        except Exception:
            reply = {"error": traceback.format_exc()}
        print(json.dumps(reply), flush=True)


def in_turns(sides: Mapping[str, Side], action: str, rounds: int, **settings: Any) -> dict[str, list[dict[str, Any]]]:
    """What each side measured in each round; the order changes from round to round."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    for turn in range(rounds):
        names = list(sides)
        for name in names if turn % 2 == 0 else reversed(names):
            found[name].append(sides[name].do(action, **settings))
    return found


def of(found: Sequence[Mapping[str, Any]], key: str) -> list[float]:
    """One quantity over the rounds, where a side measures it."""
    return [float(row[key]) for row in found if row.get(key) is not None]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Median of ours over median of theirs, and in brackets the ratio of the smallest times."""
    return f"{statistics.median(ours) / statistics.median(theirs):.2f} ({min(ours) / min(theirs):.2f})"


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def circumstances(**settings: object) -> str:
    """When, which commit, what machine, which settings: the line above every table."""
    said = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "commit": commit(),
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()}",
        "load": f"{os.getloadavg()[0]:.1f}",
        **settings,
    }
    return ", ".join(f"{name}: {value}" for name, value in said.items())


def commit() -> str:
    """The commit's short name, with a plus where files have changed since."""
    run = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], cwd=HERE, capture_output=True, text=True, check=False
    )
    return run.stdout.strip() or "unknown"


def processor() -> str:
    """The processor's name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
