"""The plan of the house holds: arrows run downstairs, each outside library has its door, importing does nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "crnn"

FLOORS = [
    {"errors"},
    {"spec", "forecast_spec", "padded", "registry", "speed", "augmentation"},
    {"audio", "image", "text", "series", "nn", "losses", "decode", "metrics", "data", "optim", "store"},
    {"tasks", "engine"},
    {"predictor", "compiled", "parts", "origin", "explain", "jobs", "judging"},
    {"model", "report", "backtest", "export", "runtime", "serve", "transcribe"},
    {"tune", "inspect"},
    {"cli"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

DOORS = {
    "charset_normalizer": ("data/encoding.py",),
    "lightning": ("engine",),
    "torchmetrics": ("metrics/modules.py",),
    "safetensors": ("store.py",),
    "soundfile": ("audio/wave.py",),
    "soxr": ("audio/wave.py",),
    "PIL": ("image/picture.py",),
    "matplotlib": ("report", "engine/history.py"),
    "jinja2": ("report",),
    "click": ("cli",),
    "sklearn": ("tasks/text_baselines.py",),
    "fastapi": ("serve",),
    "optuna": ("tune.py",),
    "onnx": ("export",),
    "onnxruntime": ("export", "runtime"),
}

FILES = sorted(SOURCE.rglob("*.py"))


def imports(file, at_run_time=True):
    """Every module that a file imports; names under TYPE_CHECKING do not count."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    hidden = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module):
    parts = module.split(".")
    return parts[1] if parts[0] == "crnn" and len(parts) > 1 else None


def own_room(file):
    first = file.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_arrows_run_downstairs_only(file):
    here = own_room(file)
    if here in ("__init__", "__main__"):
        return
    assert here in FLOOR, f"{here} is in no plan: give it a floor in docs/why/design.md and here"
    for module in imports(file):
        there = room(module)
        if there is None or there == here or there not in FLOOR:
            continue
        assert FLOOR[there] <= FLOOR[here], f"{file.name} on floor {FLOOR[here]} imports {there} from upstairs"
        assert {here, there} != {"tasks", "engine"}, "tasks and engine never meet"
        assert not (here in ("nn", "losses", "metrics", "decode") and there in ("tasks", "data", "text", "audio"))
        assert not (here in ("predictor", "export", "serve", "runtime") and there == "engine")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_each_outside_library_has_one_door(file):
    place = file.relative_to(SOURCE).as_posix()
    for module in imports(file):
        doors = DOORS.get(module.split(".")[0])
        assert doors is None or place.startswith(doors), f"{place} imports {module}; its door is {doors}"
        assert module.split(".")[0] not in ("pickle", "dill", "joblib"), "no pickle"


def test_every_file_opens_by_saying_what_it_is_for():
    for file in FILES:
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), file


def test_no_file_is_called_utils():
    assert not {"utils", "helpers", "common", "misc"} & {part.stem for file in FILES for part in (file, file.parent)}


def loaded(code):
    listing = f"import sys; {code}; print(' '.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in result.stdout.split()}


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"torch", "lightning", "torchmetrics", "matplotlib", "onnx", "soundfile", "click", "scipy"}
    assert not heavy & loaded("import crnn")


def test_predicting_loads_no_training_library():
    assert not {"lightning", "torchmetrics", "matplotlib"} & loaded("import crnn.predictor")


def test_every_name_of_the_front_door_is_there():
    import crnn

    assert sorted(crnn._HOMES) == sorted(crnn.__all__)
    for name in crnn.__all__:
        assert getattr(crnn, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Modle'"):
        _ = crnn.Modle
