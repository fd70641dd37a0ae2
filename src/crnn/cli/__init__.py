"""The command line: a thin command per verb.

Exit codes: 0 all well; 1 something in the data or the model is wrong (said in one line on stderr); 2 the command was
typed wrongly; 130 interrupted.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module

import click

import crnn
from crnn.errors import CrnnError

_COMMANDS = {
    "train": "Train a model from a folder, a manifest or an archive.",
    "evaluate": "Measure a model on labelled data; writes a report page.",
    "predict": "Recognise files: one line each, or --json.",
    "transcribe": "Write down a long recording: text, subtitles or JSON.",
    "lm": "Train a language model from texts, and tune its weight.",
    "forecast": "The next steps of every series: a table, JSON, a plot.",
    "backtest": "Judge a forecasting model at rolling past origins.",
    "inspect": "Say what is in data or in a model, and what will go wrong.",
}


class _Lazy(click.Group):
    """Commands by name, each imported when it is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"crnn.cli.{name}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(crnn.__version__, prog_name="crnn")
def cli() -> None:
    """Sequence recognition with convolutional-recurrent networks."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    code: object
    try:
        code = cli.main(arguments, standalone_mode=False)
    except click.exceptions.Abort:
        code = _fail("interrupted", 130)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except KeyboardInterrupt:
        code = _fail("interrupted", 130)
    except BrokenPipeError:
        code = 0  # whoever read us has seen enough, as `head` does
    except CrnnError as error:
        code = _fail(f"error: {error}", 1)
    return code if isinstance(code, int) else 0


def _fail(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """A warning as a note for people: no file names and lines of this package."""
    for line in str(message).strip().splitlines():
        click.echo(f"note: {line}", err=True)
