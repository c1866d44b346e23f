"""Samples of one device's ports as arrays: rows are ports, columns moments. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.points import REAL
from netwb.metrics.records import Measurement
from netwb.metrics.samples import MISSING, Real, Times
from netwb.metrics.thinning import Strand, answered, given, is_answered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matrix:
    """What one device's ports answered in a span of time.

    at        rising
    places    the row of each name
    columns   by field; shape (names, moments)
    """

    at: Times
    places: Mapping[str, int]
    columns: Mapping[str, NDArray[Any]]


def kind(measurement: Measurement) -> type[np.int64 | np.float64]:
    """Of its fields."""
    return np.float64 if measurement in REAL else np.int64


def missing(measurement: Measurement) -> Any:
    """What stands for a field that was not answered."""
    return np.nan if measurement in REAL else MISSING


def joined(measurement: Measurement, parts: Sequence[Matrix]) -> Matrix:
    """All of them; where two know of one moment, the later part counts, field by field."""
    if len(parts) == 1:
        return parts[0]
    at = np.unique(np.concatenate([part.at for part in parts]))
    places = {name: row for row, name in enumerate({n: 0 for part in parts for n in part.places})}
    columns = {
        field: np.full((len(places), len(at)), missing(measurement), dtype=kind(measurement))
        for field in parts[0].columns
    }
    for part in parts:
        rows = np.array([places[name] for name in part.places], dtype=np.intp)
        cells = np.ix_(rows, np.searchsorted(at, part.at))
        for field, column in part.columns.items():
            known = given(measurement, column)
            columns[field][cells] = np.where(known, column, columns[field][cells])
    return Matrix(at=at, places=places, columns=columns)


def run_together(parts: Iterable[Matrix]) -> list[Matrix]:
    """The same in fewer pieces: where one goes on after another with the same ports."""
    runs: list[list[Matrix]] = []
    for part in parts:
        before = runs[-1][-1] if runs else None
        if before and before.places == part.places and before.at[-1] < part.at[0]:
            runs[-1].append(part)
        else:
            runs.append([part])
    return [_one(run) for run in runs]


def _one(run: Sequence[Matrix]) -> Matrix:
    if len(run) == 1:
        return run[0]
    return Matrix(
        at=np.concatenate([part.at for part in run]),
        places=run[0].places,
        columns={
            field: np.concatenate([part.columns[field] for part in run], axis=1)
            for field in run[0].columns
        },
    )


def without(
    measurement: Measurement, matrix: Matrix, names: Collection[str], since: int, until: int
) -> Matrix | None:
    """What is left when what those ports answered in a time is taken out; None: nothing."""
    going = (matrix.at >= since) & (matrix.at < until)
    rows = np.array([name in names for name in matrix.places], dtype=np.bool_)
    cells = np.ix_(rows, going)
    columns = {field: column.copy() for field, column in matrix.columns.items()}
    for column in columns.values():
        column[cells] = missing(measurement)
    left = is_answered(measurement, columns)
    if not left.any():
        return None
    stays, moments = np.flatnonzero(left.any(axis=1)), np.flatnonzero(left.any(axis=0))
    names_by_row = list(matrix.places)
    return Matrix(
        at=matrix.at[moments],
        places={names_by_row[row]: place for place, row in enumerate(stays.tolist())},
        columns={field: column[stays][:, moments] for field, column in columns.items()},
    )


def strand_in(matrix: Matrix, name: str) -> Strand | None:
    """One port's samples in it."""
    row = matrix.places.get(name)
    if row is None:
        return None
    columns = {field: column[row] for field, column in matrix.columns.items()}
    return Strand(at=matrix.at, columns=columns)


def strands(measurement: Measurement, matrix: Matrix) -> Mapping[str, Strand]:
    """Each port's own samples, without the moments at which it answered nothing."""
    each = {name: strand_in(matrix, name) for name in matrix.places}
    own = {name: answered(measurement, strand) for name, strand in each.items() if strand}
    return {name: strand for name, strand in own.items() if len(strand.at)}


def merged(measurement: Measurement, parts: Sequence[Strand]) -> Strand:
    """Strands of one series as one; where two know of one moment, the later part counts.

    A highest rate that was made with a counter that is another one now is no more known.
    """
    fields = parts[0].columns
    matrices = [
        Matrix(at=p.at, places={"": 0}, columns={f: p.columns[f][None, :] for f in fields})
        for p in parts
    ]
    whole = joined(measurement, matrices)
    columns = {field: column[0] for field, column in whole.columns.items()}
    highest: dict[str, Real] = {}
    for part in parts:
        places = np.searchsorted(whole.at, part.at)
        for name, rates in part.highest.items():
            own = highest.setdefault(name, np.full(len(whole.at), np.nan))
            before = part.columns[name]
            stands = (columns[name][places] == before) | (before == MISSING)
            stands[1:] &= stands[:-1].copy()  # a rate is one of two counters
            own[places] = np.fmax(own[places], np.where(stands, rates, np.nan))
    return Strand(at=whole.at, columns=columns, highest=highest)
