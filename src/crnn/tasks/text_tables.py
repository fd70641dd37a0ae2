"""Which columns of a table are text and label: said, called so, remembered from training, or guessed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crnn.data.columns import Columns, guess_columns, is_header, longer_columns
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.manifest import COLUMNS, SAY, Column, fold_name, usual_place
from crnn.data.sources import read
from crnn.data.table import read_header, read_table
from crnn.errors import DataError, SpecError, UnreadableError
from crnn.tasks.text_ones import columns_of_ones, has_any, named, read_ones, text_column

Named = dict[str, tuple[Column, ...]]
"""Columns by role, as they were said."""

Read = tuple[list[Record], Findings]

_JSON = ('["', "[{", '{"')
"""How lists and objects begin that stand where a text should."""


@dataclass
class TextTables:
    """How texts and labels are found in tables.

    Args:
        text: Columns of the text, joined by a space; empty to find it.
        label: Column of the label, or None to find it.
        several: Whether a text may have several labels: in a cell, or as columns of zeros and ones.
        ones: Columns of zeros and ones, one a label; empty to find them where there are several labels a text.
        found: Columns by role that were found in the first table with labels: later tables are tried by them, so
            that what was trained on can be predicted, and its likes without labels.
        strict: Whether a table without the columns that were said is an error: not where another table was trained on.
        width: Columns of the first table with labels, where they have no names: in a wider one they are found anew.
    """

    text: tuple[Column, ...] = ()
    label: Column | None = None
    several: bool = False
    ones: tuple[Column, ...] = ()
    found: dict[str, Column] = field(default_factory=dict)
    strict: bool = True
    width: int = 0

    def read(self, path: Path, target: str | None) -> Read:
        """Records of a table.

        Args:
            path: The table.
            target: "label", or None where only predicting.

        Raises:
            DataError: nothing usable is there, or no column is the text or the label.
        """
        ones = self._ones_of(path) if target else ()
        records, findings = self._read_ones(path, ones) if ones else self._read(path, target)
        if len(self.text) < 2 and self.strict:
            self._note_unread(records, findings, path)
        if target and self.label is None and self.strict:
            for name in (name for name in records[0].extra if fold_name(name) in COLUMNS["label"]):
                advice = "It is called as labels are: if it is the label, say label=… (--label)."
                findings.add("other column of labels", f"{name!r} of {path.name}", advice, dropped=False)
        for record in records:
            if str(record.source).startswith(_JSON):
                advice = "It is read as it stands, with brackets and names of keys: give texts."
                findings.add("text that is a list or an object", record.name, advice, dropped=False)
        if target and any(record.weight != 1.0 for record in records):
            advice = "In training each text counts as much as its weight says: rename the column if it means another."
            findings.add("column of weights", _name(path, "weight"), advice, dropped=False)
        if target and (groups := {record.group for record in records} - {""}):
            told = f"{_name(path, 'group')}, {len(groups)} groups"
            advice = "No group is in training and validation: rename the column if it says nothing of the texts."
            findings.add("column of groups", told, advice, dropped=False)
        return records, findings

    def told(self) -> str:
        """Which columns are text and label, as far as they were said or found."""
        labels = self.ones or (() if self.label is None else (self.label,))
        said = {"text": self.text, "label": labels}
        chosen = {**self.found, **{role: ", ".join(map(str, names)) for role, names in said.items() if names}}
        return ", ".join(f"{role} in {name}" for role, name in chosen.items())

    def _ones_of(self, path: Path) -> tuple[Column, ...]:
        """The columns of zeros and ones that are the labels of a table; none where it has labels in cells."""
        if not self.several or self.label is not None:
            return ()
        if not self.ones:
            in_cells = "label" in self.found or (
                not self.strict and usual_place(read_header(path), "label") is not None
            )
            return () if in_cells else columns_of_ones(path, self.text)
        return self.ones if self.strict or isinstance(self.ones[0], int) or has_any(path, self.ones) else ()

    def _read_ones(self, path: Path, ones: tuple[Column, ...]) -> Read:
        """Records of a table with a column of zeros and ones for each label."""
        said = bool(self.ones)
        ones = self.ones = named(path, ones, self.ones)
        text = self.text or ((self.found["text"],) if "text" in self.found else ())
        by_name = all(isinstance(column, str) for column in text)
        lacking = by_name and not has_any(path, text) and not (self.text and self.strict)
        column, guessed = text_column(path) if lacking else (text[0], False)
        chosen = (column,) if lacking else named(path, text, ones if isinstance(ones[0], int) else ())
        records, findings = read_ones(path, chosen, ones)
        if text and lacking:
            self._note_renamed(path, text, findings)
        elif not text:
            self.found = {"text": column}
        if guessed:
            told, advice = f"{path.name}: column {column!r} as text", "Say text=… (--text) if that is wrong."
            findings.add("guessed column", told, advice, dropped=False)
        if not said:
            advice = "Say label=…,… (--label …,…) if that is wrong."
            told = f"{', '.join(map(str, ones))} of {path.name}"
            findings.add("columns of zeros and ones as labels", told, advice, dropped=False)
        return records, findings

    def _read(self, path: Path, target: str | None) -> Read:
        named = self._named(path, target)
        by_name = any(isinstance(column, str) for column in self.found.values())
        if not named and by_name and (again := self._again(path, target)):
            return again
        lacking = not named and bool(self.found or self.text) and not self.strict
        try:
            records, findings = read(path, source="text", target=target, columns=named, blank=self.several)
        except DataError as error:
            if isinstance(error, UnreadableError) or not _lacks_column(error):
                raise
            if named and not self.strict:
                return self._renamed(path, target, named)
            advised = self._advised(error, path, target)
            if len(named) == 1 and f"for the {_other(named)}" in str(error):
                return self._with_guess(path, named, advised)
            if named or "for the label" in str(error):
                raise advised from error
            found = None if by_name else self._again(path, target)
            lacking = lacking and found is None
            try:
                records, findings = found or self._guessed(path, target)
            except DataError as reason:
                raise (reason if target and self.strict else advised) from error
        if lacking:
            self._note_renamed(path, self.found.values() or self.text, findings)
        elif not named and target:
            self.found = self.found or _usual(path)
        return records, findings

    def _advised(self, error: DataError, path: Path, target: str | None) -> DataError:
        """An error with what can be done about it here: a model that was loaded is not told columns."""
        if self.strict:
            if target and not self.several and "for the label" in str(error) and (ones := columns_of_ones(path)):
                shown = ", ".join(ones[:5]) + (", …" if len(ones) > 5 else "")
                what = str(error).partition(SAY)[0].rstrip(". ")
                return DataError(
                    f"{what}. If each of its columns of zeros and ones is a label ({shown}), say multi_label=True"
                    " (--multi-label); if one column is the label of all texts, label=… (--label)."
                )
            return DataError(f"{str(error).rstrip('.')}. For texts: text=… and label=…, or --text and --label.")
        return DataError(
            f"{str(error).partition(SAY)[0].rstrip('. ')}. Name the columns as in training, or text and label."
        )

    def _note_unread(self, records: Sequence[Record], findings: Findings, path: Path) -> None:
        """Name columns that are as long as the text, or, where none was said, are called as texts are."""
        extras = [dict(record.extra) for record in records]
        called = [] if self.text else [name for name in extras[0] if fold_name(name) in COLUMNS["text"]]
        longer = longer_columns(extras, [str(record.source) for record in records])
        read_are = _named_twice(path)
        for name in dict.fromkeys([*called, *longer]):
            if fold_name(name) in read_are:  # has been said
                continue
            advice = f"It may be text too; to read both, say text=…,{name} (--text …,{name})."
            findings.add("column not read", f"{name!r} of {path.name}", advice, dropped=False)

    def _note_renamed(self, path: Path, names: Iterable[Column], findings: Findings) -> None:
        """Say that a table lacks the columns that were trained on, and was read all the same."""
        advice = "Its columns were found by the usual names, or by what stands in them."
        told = f"{path.name}, trained on {', '.join(map(repr, names))}"
        findings.add("columns of another name", told, advice, dropped=False)

    def _named(self, path: Path, target: str | None) -> Named:
        """The columns that were said, by role, as the table knows them."""
        label = () if self.label is None else (self.label,)
        said = {"text": self.text, "label": label if target else ()}
        named = {role: given for role, given in said.items() if given}
        mixed = len({type(column) for column in (*self.text, *label)}) > 1
        numbers = [column for given in named.values() for column in given if isinstance(column, int)]
        if not numbers:
            return named
        if not self.strict and usual_place(read_header(path), "text") is not None:
            return {}  # names in this table say more than the positions in that of training
        as_names: Named = {role: tuple(map(str, given)) for role, given in named.items()}
        if _has_names(
            path, [str(name) for names in as_names.values() for name in names], None if mixed else max(numbers)
        ):
            return as_names
        if mixed:
            raise SpecError(f"text={self.text}, label={self.label!r}: give names of columns, or positions, not both")
        return _names_at(path, named, self.text, self.label) or named

    def _renamed(self, path: Path, target: str | None, named: Named) -> Read:
        """Records of a table that calls its columns otherwise than that of training: by usual names, or by a guess."""
        records, findings = TextTables(several=self.several, strict=False).read(path, target)
        self._note_renamed(path, (name for given in named.values() for name in given), findings)
        return records, findings

    def _with_guess(self, path: Path, named: Named, advised: DataError) -> Read:
        """Records of a table of which text or label was said, and the other one is called by no usual name."""
        role = _other(named)
        try:
            guess = guess_columns(path)
            named = _as_guessed(path, named, guess)
        except DataError:
            raise advised from None
        column = getattr(guess, role)
        told_by = {type(name) for name in next(iter(named.values()))}
        if column in next(iter(named.values())) or type(column) not in told_by:
            raise advised
        said = {**named, role: (column,)}
        records, findings = read(path, source="text", target="label", columns=said, blank=self.several)
        self.found = self.found or {role: column}
        told, advice = f"{path.name}: column {column!r} as {role}", f"Say {role}=… (--{role}) if that is wrong."
        findings.add("guessed column", told, advice, dropped=False)
        self._note_ones(path, findings)
        return records, findings

    def _note_ones(self, path: Path, findings: Findings) -> None:
        """Name columns of zeros and ones beside the one that was guessed to be the label."""
        if not self.several and (ones := columns_of_ones(path)):
            advice = "If each of them is a label, say multi_label=True (--multi-label)."
            findings.add("columns of zeros and ones", f"{', '.join(ones)} of {path.name}", advice, dropped=False)

    def _again(self, path: Path, target: str | None) -> Read | None:
        """Records by the columns that were found in the first table with labels; None where this one lacks them."""
        if self.found and not (self.width and len(read_header(path)) > self.width):
            with contextlib.suppress(DataError):
                return _by(path, self.found, target, self.several)
        return None

    def _guessed(self, path: Path, target: str | None) -> Read:
        """Records of a table whose names do not tell: by a guess, which is kept for its likes."""
        if not target and max(map(len, read_table(path, header=False).rows)) == 1:
            return _alone(path)
        text, label = guess_columns(path)
        found: dict[str, Column] = {"text": text}
        try:  # a label that is called so is believed
            records, findings = _by(path, found, target, self.several)
        except DataError:
            found["label"] = label
            records, findings = _by(path, found, target, self.several)
        if target and not self.found:
            self.found, self.width = found, 0 if isinstance(text, str) else len(read_header(path))
        where = "column" if isinstance(text, str) else "no names of columns; column"
        told = ", ".join(f"{column!r} as {role}" for role, column in found.items())
        how = "Say text=… and label=… (--text, --label)" if self.strict else "Name the columns as in training"
        advice = f"{how} if that is wrong."
        findings.add("guessed column", f"{path.name}: {where} {told}", advice, dropped=False)
        if target:
            self._note_ones(path, findings)
        return records, findings


def _alone(path: Path) -> Read:
    """Records to predict of a table that has one column of no usual name: each row is a text, also the first."""
    records, findings = read(path, source="text", target=None, columns={"text": 0})
    advice = "If the first one is the name of the column, call it text."
    findings.add("guessed column", f"{path.name}: every row as a text", advice, dropped=False)
    return records, findings


def _lacks_column(error: DataError) -> bool:
    """Whether a table has no column of a name, or none at a position."""
    return any(told in str(error) for told in ("has no column", "has the columns"))


def columns(given: str | int | Sequence[Column] | None) -> tuple[Column, ...]:
    """Columns as people type them: a name, a position, several joined by commas, or a list.

    Example:
        >>> columns("title,body"), columns("0"), columns(None), columns(["a", "b"])
        (('title', 'body'), (0,), (), ('a', 'b'))
    """
    if given is None:
        return ()
    parts = given.split(",") if isinstance(given, str) else [given] if isinstance(given, int) else given
    return tuple(int(part) if str(part).strip().isdigit() else str(part).strip() for part in parts)


def _other(named: Named) -> str:
    """The role of the column that was not said."""
    return "label" if "text" in named else "text"


def _usual(path: Path) -> dict[str, Column]:
    """The columns that usual names tell, in a table whose columns have names."""
    header = read_header(path)
    places = {role: usual_place(header, role) for role in ("text", "label")}
    return {role: header[place] for role, place in places.items() if place is not None}


def _name(path: Path, role: str) -> str:
    """The name of the column that plays a role by its name."""
    header = read_header(path)
    place = usual_place(header, role)
    return repr(role if place is None else header[place])


def _named_twice(path: Path) -> set[str]:
    """Names that several columns have."""
    names = [fold_name(name) for name in read_header(path)]
    return {name for name in names if names.count(name) > 1}


def _by(path: Path, found: dict[str, Column], target: str | None, several: bool) -> Read:
    """Records of a table by columns that were found; when predicting the label's is none of them."""
    chosen = {role: column for role, column in found.items() if target or role == "text"}
    return read(path, source="text", target=target, columns=chosen, blank=several)


def _has_names(path: Path, names: Sequence[str], position: int | None) -> bool:
    """Whether a table has columns with these numbers as names, and no such position if one can be meant."""
    table = read_table(path, header=False)
    if position is not None and position < max(map(len, table.rows)):
        return False
    return {fold_name(name) for name in names} <= {fold_name(cell) for cell in table.header or table.rows[0]}


def _names_at(path: Path, named: Named, text: Sequence[Column], label: Column | None) -> Named:
    """The names at some positions, where the first row of a table is a header all the same; else nothing."""
    rows = read_table(path, header=False).rows
    if not isinstance(label, int) or not text or not isinstance(text[0], int):
        return {}
    return _names_of(rows[0], named) if is_header(rows[0], rows[1:], label, text[0]) else {}


def _as_guessed(path: Path, named: Named, guess: Columns) -> Named:
    """The columns that were said, by name where the table has names."""
    by_position = any(isinstance(column, int) for given in named.values() for column in given)
    return _names_of(read_header(path), named) or named if by_position and isinstance(guess.text, str) else named


def _names_of(header: Sequence[str], named: Named) -> Named:
    """The names at positions; nothing where one is empty or comes twice."""
    found: Named = {
        role: tuple(header[at] for at in given if isinstance(at, int) and at < len(header))
        for role, given in named.items()
    }
    names = [str(name) for given in found.values() for name in given]
    return found if names and all(names) and all(header.count(name) == 1 for name in names) else {}
