"""Options of the commands that write texts: beam, language model, hot words, lexicon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crnn.errors import SpecError

if TYPE_CHECKING:
    from crnn.tasks.task import Task

OPTIONS = (
    click.option("--beam", type=int, help="Width of the beam; 0 is greedy [default: the model's own]."),
    click.option("--lm", type=click.Path(path_type=Path), help="Language model in ARPA format: crnn lm train."),
    click.option("--lm-weight", type=float, help="Weight of the language model: crnn lm tune finds it."),
    click.option("--bonus", type=float, help="Weight of each word (or symbol) beside the language model."),
    click.option(
        "--hot-word", "hot_words", multiple=True, help="Word or phrase to favour; may be given several times."
    ),
    click.option("--hot-weight", type=float, help="Weight of each symbol of a hot word."),
    click.option("--word", "words", multiple=True, help="Only these words may be written; may be given several times."),
    click.option("--best", type=int, help="Texts to give for a sample (n-best)."),
)


def decoding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as one dict `decoding`."""

    def gathered(*positional: Any, **given: Any) -> Any:
        names = ("beam", "lm", "lm_weight", "bonus", "hot_words", "hot_weight", "words", "best")
        decoding = {name: given.pop(name) for name in names}
        chosen = {name: value for name, value in decoding.items() if value not in (None, ())}
        return command(*positional, decoding=chosen, **given)

    gathered.__name__, gathered.__doc__ = command.__name__, command.__doc__
    gathered.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    for option in reversed(OPTIONS):
        gathered = option(gathered)
    return gathered


def decode_by(task: Task, decoding: dict[str, Any]) -> None:
    """Let a task decode as the options say.

    Raises:
        SpecError: it writes no texts, or they do not fit.
    """
    from crnn.tasks.transcription import Transcription

    if not decoding:
        return
    if not isinstance(task, Transcription):
        raise SpecError(f"{', '.join(decoding)}: {task.name} writes no texts, leave these options out")
    given = dict(decoding)
    task.decode_with(given.pop("lm", None), **given)
