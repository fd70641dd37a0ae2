"""What newcomers read is true: blocks run and print what stands below them, commands parse, lists are complete."""

import contextlib
import io
import re
import shlex
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import click
import pytest

import crnn
from crnn.cli import _COMMANDS, cli, main
from crnn.cli.train import _SHARED, _offered
from crnn.tasks import TASKS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "crnn"
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [*READMES, *sorted((ROOT / "docs").rglob("*.md"))]
NOT_RUN = "<!-- not run -->"
RUN = "<!-- run -->"
"""Before a block of shell: its commands are run, in their turn among the blocks of Python."""

pytestmark = pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")


class Block(NamedTuple):
    """A fenced block: its language, its text, its line, and whether it is run: shell only where marked."""

    language: str
    text: str
    line: int
    runs: bool


def blocks(page):
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        before = text[: found.start()].rstrip()
        runs = not before.endswith(NOT_RUN) if found[1] == "python" else before.endswith(RUN)
        yield Block(found[1], found[2], text.count("\n", 0, found.start()) + 1, runs)


def outputs(page):
    """Each block that runs, with the text block that follows it directly as its output."""
    listed = list(blocks(page))
    lines = page.read_text(encoding="utf-8").splitlines()
    for block, after in zip_longest(listed, listed[1:]):
        if not block.runs:
            continue
        end = block.line + block.text.count("\n") + 1
        direct = after is not None and after.language == "text" and not "".join(lines[end : after.line - 1]).strip()
        yield block, after.text if direct else None


def without_numbers(text):
    """The words of a text: numbers and spaces differ from one processor and one NumPy to the next."""
    return re.sub(r"\s+", "", re.sub(r"-?\d+(\.\d*)?(e[+-]\d+)?", "#", text))


def is_said(wanted, said):
    """Whether a text was printed, but for numbers; a line of ⋮ stands for any lines, … for the rest of a line."""
    parts = re.split(r"(^ *⋮ *$\n|…)", without_digits(wanted), flags=re.MULTILINE)
    pattern = "".join({"…": r"[^\n]*"}.get(part, r"(?s:.*)" if "⋮" in part else re.escape(part)) for part in parts)
    return re.fullmatch(pattern, without_digits(said)) is not None


def without_digits(text):
    """Lines with every number as # and every run of spaces as one: tables are as wide as their numbers."""
    lines = re.sub(r"[-+]?\d[\d,]*(\.\d*)?(e[+-]\d+)?", "#", text).splitlines()
    return "".join(re.sub(r"  +", "  ", line).rstrip() + "\n" for line in lines)


def run_commands(block):
    """Each `crnn` of a block, as typed."""
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == "crnn", f"only crnn is run: {line}"
        with pytest.raises(SystemExit) as stopped:
            main(words[1:])
        assert stopped.value.code == 0, line


def name(page):
    return page.relative_to(ROOT).as_posix()


def runs(page):
    """A page as a case of a test: slow where it trains by the command line."""
    trains = any(block.runs and block.language == "bash" for block in blocks(page))
    return pytest.param(page, id=name(page), marks=[pytest.mark.slow] if trains else [])


# Both READMEs have the same commands, which need not be run twice.
@pytest.mark.parametrize("page", [runs(page) for page in PAGES])
def test_blocks_run_and_print_what_stands_below(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    space = {"__name__": "page"}
    for block, wanted in outputs(page):
        if block.language != "python" and page == READMES[1]:
            continue
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            if block.language == "python":
                exec(compile("\n" * block.line + block.text, str(page), "exec"), space)
            else:
                run_commands(block)
        if wanted is not None:
            place, printed = f"{name(page)}, block in line {block.line}", said.getvalue()
            same = without_numbers(printed) == without_numbers(wanted) or is_said(wanted, printed)
            assert same, f"{place} printed:\n{printed}"


def commands(page):
    """The arguments of each `crnn` in the shell blocks of a page."""
    for block in blocks(page):
        if block.language not in ("bash", "sh", "console"):
            continue
        for line in block.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["crnn"]:
                yield words[1:]
            elif words[:1] == ["torchrun"]:
                yield words[words.index("crnn") + 1 :]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_parse(page):
    for words in commands(page):
        found = cli.get_command(click.Context(cli), words[0])
        assert found is not None, f"{name(page)}: there is no `crnn {words[0]}`"
        with found.make_context(words[0], words[1:]) as context:
            if isinstance(found, click.Group):
                task, inner, rest = found.resolve_command(context, words[1:])
                inner.make_context(task, rest, parent=context).close()


@pytest.mark.parametrize("page", ["command-line.md", "forecasting.md"])
def test_commands_of_forecasts_run_as_they_stand_and_in_their_order(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    page = ROOT / "docs" / page
    for block in blocks(page):
        if block.language == "python" and "crnn.data.toy import sales" in block.text:
            exec(compile(block.text, str(page), "exec"), {})
    tables = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    told = [words for words in commands(page) if "forecast" in words[:2] or words[0] == "backtest"]
    assert {words[0] for words in told} == {"train", "forecast", "backtest"}
    for words in told:
        short = ["--size", "tiny", "--epochs", "1", "--no-report"] if words[0] == "train" else []
        with pytest.raises(SystemExit) as stopped:
            main([*words, *short])
        assert stopped.value.code == 0, f"crnn {shlex.join(words)}: {capsys.readouterr().err}"
    assert tables == {name: (tmp_path / name).read_bytes() for name in tables}


def test_the_command_line_page_has_every_command_and_option():
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for verb in _COMMANDS:
        command = import_module(f"crnn.cli.{verb}").command
        if verb == "train":  # a group too, of one command a task
            options = {"train": _SHARED}
        elif isinstance(command, click.Group):
            options = {f"{verb} {name}": below.params for name, below in command.commands.items()}
        else:
            options = {verb: command.params}
        for name, known in options.items():
            assert named(page, f"## crnn {name}") == offered(known), f"crnn {name}"
    for name, task in ((name, TASKS[name]) for name in TASKS):
        assert named(page, f"### crnn train {name}") == {
            flag for option in task.options for flag in offered([_offered(option)])
        }, f"crnn train {name}"


def named(page, heading):
    """The options in the tables below a heading."""
    _, _, part = page.partition(f"\n{heading}\n")
    part = re.split(r"\n#{2,3} ", part)[0]
    return set(re.findall(r"`(--?[a-z][a-z-]*)`", "\n".join(row for row in part.splitlines() if row[:1] == "|")))


def offered(parameters):
    return {flag for item in parameters for flag in options(item)}


def options(item):
    return [*item.opts, *item.secondary_opts] if isinstance(item, click.Option) else []


def test_the_names_page_has_every_public_name():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Za-z]\w*)", page))
    assert set(crnn.__all__) <= named, sorted(set(crnn.__all__) - named)


def skeleton(page):
    """Levels of headings, languages of blocks, rows of tables: what two languages must have in common."""
    text = page.read_text(encoding="utf-8")
    told = []
    for line in re.sub(r"^```(\w*)\n.*?^```$", r"```\1", text, flags=re.MULTILINE | re.DOTALL).splitlines():
        mark = re.match(r"#+ |```\w*|\||- |<!--", line)
        told += [mark[0]] if mark else []
    return told


def test_both_readmes_have_the_same_parts_in_the_same_order():
    assert skeleton(READMES[0]) == skeleton(READMES[1])
    for ours, theirs in zip(blocks(READMES[0]), blocks(READMES[1]), strict=True):
        if ours.text.startswith("src/crnn/"):
            assert [path for path, _ in tree(ours.text)] == [path for path, _ in tree(theirs.text)]
        else:
            assert uncommented(ours.text) == uncommented(theirs.text)


def uncommented(text):
    return [re.sub(r"\s+# .*", "", line) for line in text.splitlines()]


def tree(text):
    """Paths and clauses of an annotated tree; a folder stands for its `__init__.py`."""
    folders = []
    for line in text.splitlines():
        row = re.match(r"((?:[│ ]   )*)[├└]── (\S+)\s*(.*)", line)
        if row is None:
            continue
        folders = folders[: len(row[1]) // 4]
        path = "".join([*folders, row[2]])
        if path.endswith("/"):
            folders.append(row[2])
        yield (path + "__init__.py" if path.endswith("/") else path), row[3]


@pytest.mark.parametrize("page", READMES, ids=name)
def test_the_tree_names_every_file_of_the_package(page):
    drawn = next(block.text for block in blocks(page) if block.text.startswith("src/crnn/"))
    rows = list(tree(drawn))
    there = {
        file.relative_to(SOURCE).as_posix()
        for file in SOURCE.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {path for path, _ in rows} == there, "the tree and the folder differ: add or remove a line in both READMEs"
    assert all(clause for _, clause in rows), "a file without a clause"


def test_the_design_page_has_every_room():
    page = (ROOT / "docs" / "why" / "design.md").read_text(encoding="utf-8")
    rooms = {item.name.removesuffix(".py") for item in SOURCE.iterdir() if not item.name.startswith(("_", "py.typed"))}
    named = set(re.findall(r"`(\w+)`", page))
    assert rooms <= named, sorted(rooms - named)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{name(page)} links to {target}"
