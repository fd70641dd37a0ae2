"""The report as one HTML file that needs nothing else, with its plots as PNG files beside it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from crnn.data.example import ExampleSet, Record
from crnn.data.findings import Finding, Findings
from crnn.errors import CrnnError, MissingExtraError, SpecError
from crnn.explain import Explanation
from crnn.metrics.numbers import number, percent
from crnn.report import calibration, confusions, forecasts, residuals, tables, texts, worst
from crnn.report.confusions import Confused, Confusions
from crnn.report.curves import curves
from crnn.report.drawing import Picture, axis_labels
from crnn.report.judged import Judged, judge
from crnn.report.tables import ClassRow, Compared, GroupRow
from crnn.report.texts import TextReport
from crnn.report.worst import Case
from crnn.series.windows import WindowSet
from crnn.tasks.forecasting import Forecasting
from crnn.tasks.task import Task

if TYPE_CHECKING:
    from crnn.engine.evaluate import Evaluation
    from crnn.engine.history import History

PAGE = "report.html"

Reasons = Callable[[Record], Explanation]
"""From a sample to why it got its answer."""


@dataclass
class Report:
    """Everything that the page shows, as plain facts.

    Args:
        title: The page's heading.
        headline: The numbers to read first, by name.
        settings: How the model was made, by name; texts with line breaks stand as they are.
        compared: The network's measures, then those of rules without a network.
        levels: Of the quantiles that a coverage is measured by.
        verdict: What the task says of the network beside these rules, in a sentence.
        curves: The plots of training.
        pictures: The other plots by name.
        numbered: Whether numbers stand for the classes in the plots.
        refused: What the threshold for refusing does here, in a sentence.
        classes: One row a class or label.
        groups: One row a speaker or writer, the worst first.
        confused: The pairs most often confused.
        texts: What there is to tell of texts, where the task writes some.
        wrong: Samples that were answered wrongly, or furthest off.
        doubtful: Samples that were answered rightly, but only just.
        findings: What was found wrong with the data.
        notes: Sentences to stand below the heading.
        epochs: The rows of the history.
    """

    title: str
    headline: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    compared: list[Compared] = field(default_factory=list)
    levels: tuple[float, ...] = ()
    verdict: str = ""
    curves: list[Picture] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    numbered: bool = False
    refused: str = ""
    classes: list[ClassRow] = field(default_factory=list)
    groups: list[GroupRow] = field(default_factory=list)
    confused: list[Confused] = field(default_factory=list)
    texts: TextReport | None = None
    wrong: list[Case] = field(default_factory=list)
    doubtful: list[Case] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    epochs: list[dict[str, float]] = field(default_factory=list)

    def html(self) -> str:
        """The page. Every text from the data is escaped, and the page's own policy forbids scripts and all loading.

        Raises:
            MissingExtraError: jinja2 is not installed.
        """
        try:
            from jinja2 import Environment, StrictUndefined  # an extra
        except ImportError as error:
            raise MissingExtraError("the report page", "report") from error
        house = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        house.filters |= {"number": number, "percent": percent, "title": tables.title}
        template = resources.files("crnn.report").joinpath("page.html").read_text(encoding="utf-8")
        return house.from_string(template).render(report=self)


def write(
    folder: str | Path,
    *,
    task: Task,
    examples: ExampleSet | None = None,
    evaluation: Evaluation | None = None,
    history: History | None = None,
    findings: Findings | None = None,
    settings: Mapping[str, object] | None = None,
    baselines: Mapping[str, Tensor] | None = None,
    reasons: Reasons | None = None,
    title: str = "",
) -> Path:
    """Write ``report.html`` and its plots as PNG into a folder.

    Args:
        folder: Made if it is not there; files of the same names are replaced.
        task: The trained task.
        examples: What was evaluated, as `Model.examine` gives it.
        evaluation: Its predictions and measures.
        history: Of the training; None leaves the curves out.
        findings: What was found wrong with the data.
        settings: How the model was made, by name: parameters, seed, the command that does it again. Versions and time
            are added.
        baselines: Predictions of the task's rules without a network, as `Model.baselines` gives them.
        reasons: Explains an answer, as `crnn.explain.explain` does; for the samples to look at first.
        title: The page's heading; the task's name by default.

    Returns:
        The path of the page.

    Raises:
        MissingExtraError: matplotlib or jinja2 is not installed.
        SpecError: examples without their evaluation, or the other way round.
        CrnnError: the folder cannot be written.
    """
    report = gather(task, examples, evaluation, history, findings, settings, baselines, reasons, title)
    files = {f"{picture.name}.png": picture.png for picture in (*report.curves, *report.pictures.values())}
    files[PAGE] = report.html().encode()
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise CrnnError(
            f"cannot write the report to {folder}: {error.strerror or error}. Give a folder that can be written to"
        ) from error
    return folder / PAGE


def gather(
    task: Task,
    examples: ExampleSet | None = None,
    evaluation: Evaluation | None = None,
    history: History | None = None,
    findings: Findings | None = None,
    settings: Mapping[str, object] | None = None,
    baselines: Mapping[str, Tensor] | None = None,
    reasons: Reasons | None = None,
    title: str = "",
) -> Report:
    """The facts of a report, for whoever wants them without the page; arguments as those of `write`.

    Raises:
        MissingExtraError: matplotlib is not installed.
        SpecError: examples without their evaluation, or the other way round.
    """
    if (examples is None) != (evaluation is None):
        raise SpecError("a report needs examples and evaluation together, as Model.examine returns them: give both")
    report = Report(title or f"Report: {task.name.replace('_', ' ')}")
    report.findings = list(findings or ())
    report.settings = {**{name: str(value) for name, value in (settings or {}).items()}, **_versions()}
    if history is not None and len(history):
        report.curves = curves(history)
        report.epochs = history.rows
        report.notes += history.notes
        if history.interrupted:
            report.notes.append("Training was interrupted; the best weights until then were kept.")
    if examples is not None and evaluation is not None:
        _evaluated(report, task, examples, evaluation, baselines)
        report.wrong = worst.with_words(report.wrong, task, reasons)
        report.doubtful = worst.with_words(report.doubtful, task, reasons)
    return report


def _versions() -> dict[str, str]:
    parts = ", ".join(f"{name} {metadata.version(name)}" for name in ("crnn", "torch", "numpy"))
    return {
        "versions": f"{parts}, Python {platform.python_version()}",
        "written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def _evaluated(
    report: Report, task: Task, examples: ExampleSet, evaluation: Evaluation, baselines: Mapping[str, Tensor] | None
) -> None:
    values = {name: value for name, value in evaluation.values.items() if isinstance(value, float)}
    report.headline["samples"] = f"{len(evaluation.rows):,}"
    if "loss" in values:
        report.headline["loss"] = number(values["loss"])
    report.texts = texts.of(task, examples, evaluation)
    if report.texts is not None:
        _transcribed(report, report.texts)
    judged = judge(task, examples, evaluation)
    if judged is None:
        told = {} if report.texts is None else report.texts.rates
        report.headline |= {name: number(value) for name, value in values.items() if name not in told}
        report.compared = [Compared("the network", {name: v for name, v in values.items() if name != "loss"})]
        return
    report.compared, report.levels = tables.compared(judged, values, baselines), evaluation.levels
    places = evaluation.rows.tolist()
    report.verdict = tables.verdict(task, examples, places, judged, report.compared, baselines)
    if isinstance(examples, WindowSet):
        report.pictures |= forecasts.of(
            examples, judged, evaluation, baselines or {}, task.season if isinstance(task, Forecasting) else 1
        )
    if judged.kind == "values":
        report.pictures |= {"scatter": residuals.scatter(judged), "errors": residuals.histogram(judged)}
    else:
        _classified(report, task, judged)
    report.wrong, report.doubtful = worst.with_sound(worst.most_wrong(judged), worst.least_right(judged))


def _transcribed(report: Report, found: TextReport) -> None:
    """Texts: rates with their intervals, and the worst samples with what is to be heard or seen."""
    names = {"cer": "character error rate", "wer": "word error rate", "sequence_accuracy": "texts right as a whole"}
    for name, rate in found.rates.items():
        report.headline[names[name]] = f"{percent(rate.value)} ({percent(rate.low)} to {percent(rate.high)})"
    (found.worst,) = worst.with_sound(found.worst)


def _classified(report: Report, task: Task, judged: Judged) -> None:
    right, count = int(judged.right.sum()), len(judged)
    low, high = tables.wilson(right, count)
    what = "right" if judged.kind == "classes" else "with every label right"
    report.headline = {what: f"{percent(right / count)} ({percent(low)} to {percent(high)})", **report.headline}
    report.classes = tables.class_rows(judged)
    report.groups = tables.group_rows(judged)
    if judged.kind == "classes":
        if len(judged.names) <= confusions.MOST_COUNTED:
            found = Confusions.of(judged)
            report.pictures["confusions"] = confusions.picture(found)
            report.numbered = axis_labels(judged.names)[1]
            report.confused = found.pairs()
        else:
            report.notes.append(f"What is taken for what is not told of {len(judged.names):,} classes.")
        _collapsed(report)
    if judged.probable:
        honesty = calibration.of(judged)
        report.pictures["reliability"] = calibration.picture(honesty)
        report.headline["calibration error"] = percent(honesty.error)
        report.refused = _refused(task, judged)


def _collapsed(report: Report) -> None:
    answered = [row.name for row in report.classes if row.predicted]
    if len(answered) == 1 and sum(row.actual > 0 for row in report.classes) > 1:
        report.notes.append(
            f"Every answer is “{answered[0]}”: the network has learnt nothing yet. Train longer, lower the learning"
            " rate, or look at the data below."
        )


def _refused(task: Task, judged: Judged) -> str:
    threshold = float(task.config().get("threshold") or 0.0)
    if judged.kind != "classes" or threshold <= 0:
        return ""
    refused = judged.predictions.max(1).values < threshold
    right = int((refused & judged.right).sum())
    return (
        f"In use, answers below {percent(threshold)} are refused as “none of these”: here {int(refused.sum())} of"
        f" {len(judged)}, of which {right} would have been right and {int(refused.sum()) - right} wrong."
    )
