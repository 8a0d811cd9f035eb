"""Asking the history: the only module that imports DuckDB, and only when something is asked."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import MagibenchError, RunError
from harness.history.rows import FORMAT, BoardRow, Stamp, Tally, board_row, entry_suites, history_dir, still, tally
from harness.learning import learn
from harness.records import Run
from harness.runs import RunFolder
from harness.workspace import Workspace

MEMORY = "300MB"
"""What DuckDB may hold; beyond it, it writes to its folder for temporary files."""
REMEDY = "Install it with `pip install 'magibench[cluster]'`."
_NEWEST = "qualify row_number() over (partition by run order by made_ns desc) = 1"
"""A run that was kept twice has two rows until the index is made one file: the later one counts."""


def installed() -> bool:
    """Say whether DuckDB is there, without importing it."""
    return find_spec("duckdb") is not None


@contextlib.contextmanager
def connection() -> Iterator[Any]:
    """Open DuckDB in memory.

    Raises:
        MagibenchError: it is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise MagibenchError("The history needs DuckDB.", REMEDY) from None
    found = duckdb.connect()
    try:
        found.execute(f"set memory_limit='{MEMORY}'; set threads={min(8, os.cpu_count() or 1)}")
        yield found
    finally:
        found.close()


class Unsolved(msgspec.Struct, frozen=True, kw_only=True):
    """The problems of a benchmark that no run solved."""

    benchmark: str
    suite: str
    runs: int
    """Runs that were asked."""
    models: int
    problems: int
    """Problems that any of them was asked."""
    unsolved: dict[str, int]
    """Problem to the samples that were judged."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run whose files are as they were, without reading them."""

    tally: Tally
    verdicts: str
    """SHA-256 of its verdicts.jsonl."""
    samples: str
    """SHA-256 of its samples.jsonl, all of which could be read."""


class History:
    """What is kept of a workspace's finished runs; whatever is missing or stale is read from the run's own folder."""

    def __init__(self, workspace: Workspace) -> None:
        """Name a workspace; nothing is read yet."""
        self._workspace = workspace
        self._folder = history_dir(workspace)

    @property
    def there(self) -> bool:
        """Whether anything is kept and can be asked."""
        return installed() and any(self._index())

    def board(self) -> list[BoardRow]:
        """Return every readable run, newest first, as ``harness.runs.list_runs`` does; only new ones are read whole."""
        known: dict[str, tuple[int, int, bytes]] = {}
        if self.there:
            fields = "run, record_size, record_mtime_ns, board"
            known = {run: (size, mtime, row) for run, size, mtime, row in self._select(fields)}
        decode = msgspec.msgpack.Decoder(BoardRow).decode
        rows = []
        for name, path in self._folders():
            kept = known.get(name)
            try:
                now = os.stat(f"{path}/run.json")  # noqa: PTH116 - 10,000 of them: a Path each costs as much again
                if kept and kept[:2] == (now.st_size, now.st_mtime_ns):
                    rows.append(decode(kept[2]))
                else:
                    rows.append(board_row(RunFolder(Path(path)).record()))
            except (RunError, OSError):
                continue
        return sorted(rows, key=lambda row: (row.created, row.run), reverse=True)

    def counts(self, folder: RunFolder, run: Run) -> Tally:
        """Return a run's verdicts counted by problem, from its Parquet if that is fresh, else from its journal.

        Raises:
            RunError: the journal is needed and damaged.
        """
        if self.there:
            names = "journal_size, journal_mtime_ns, journal_sha256, suites, file"
            found = self._select(names, "run = ?", [folder.id])
            if found:
                size, mtime, sha256, suites, file = found[0]
                then = Stamp(size=size, mtime_ns=mtime, sha256=sha256)
                path = self._folder / file
                if suites == entry_suites(run) and path.is_file() and still(folder.path / "verdicts.jsonl", then):
                    return from_parquet(path, suites)
        return tally(folder.verdicts().values(), entry_suites(run))

    def kept(self, runs: Collection[str]) -> dict[str, Kept]:
        """Return what is kept of those of ``runs`` whose record and journals are as they were."""
        if not runs or not self.there:
            return {}
        stamps = [f"{name}_{part}" for name in ("journal", "samples") for part in ("size", "mtime_ns", "sha256")]
        fields = f"run, record_size, record_mtime_ns, {', '.join(stamps)}, suites, problems, judged, right_counts"
        found = {}
        for run, size, mtime, *rest in self._select(fields, "run in (select unnest(?))", [list(runs)]):
            verdicts, samples = (Stamp(size=s, mtime_ns=m, sha256=c) for s, m, c in (rest[:3], rest[3:6]))
            folder = self._workspace.runs / run
            if (
                samples.sha256
                and still(folder / "run.json", Stamp(size=size, mtime_ns=mtime))
                and still(folder / "verdicts.jsonl", verdicts)
                and still(folder / "samples.jsonl", samples)
            ):
                suites, problems, judged, right = rest[6:]
                tally = Tally(suites=suites, problems=problems, judged=judged, right=right)
                found[run] = Kept(tally=tally, verdicts=verdicts.sha256, samples=samples.sha256)
        return found

    def unsolved(self, benchmark: str, suite: str | None = None) -> Unsolved:
        """Return the problems of a benchmark that no complete run solved in ``suite`` (default its last).

        Args:
            benchmark: NAME or NAME@VERSION.
            suite: "base", "plus" ...

        Raises:
            RunError: there is no complete run of it.
        """
        name, _, version = benchmark.partition("@")
        rows = [r for r in self.board() if r.complete and r.benchmark == name and version in {"", r.data_version}]
        if not rows:
            raise RunError(f"There is no complete run of {benchmark}.", f"Make one: magibench eval MODEL {benchmark}")
        wanted = suite or list(dict.fromkeys(m.suite for m in rows[0].metrics))[-1]
        fresh = self._fresh(name) if self.there else set()
        counts: dict[str, list[int]] = {}
        if use := [row.run for row in rows if row.run in fresh]:
            for problem, right, judged in self._sums(use, wanted):
                counts[problem] = [right, judged]
        for row in rows:
            if row.run in fresh:
                continue
            folder = RunFolder(self._workspace.runs / row.run)
            own = tally(folder.verdicts().values(), entry_suites(folder.record()))
            if wanted in own.suites:
                for problem, (right, judged) in own.of(wanted).items():
                    total = counts.setdefault(problem, [0, 0])
                    total[0] += right
                    total[1] += judged
        return Unsolved(
            benchmark=benchmark,
            suite=wanted,
            runs=len(rows),
            models=len({row.model for row in rows}),
            problems=len(counts),
            unsolved={problem: judged for problem, (right, judged) in counts.items() if not right},
        )

    def runs(self) -> dict[str, str]:
        """Return the runs that are kept, with their Parquet relative to the history, fresh or not."""
        return dict(self._select("run, file")) if self.there else {}

    def fresh(self) -> set[str]:
        """Return the runs whose record and journal are as they were when they were kept."""
        return self._fresh() if self.there else set()

    def _fresh(self, benchmark: str | None = None) -> set[str]:
        fields = "run, record_size, record_mtime_ns, journal_size, journal_mtime_ns, journal_sha256, file"
        where = "benchmark = ?" if benchmark else "true"
        found = set()
        for run, size, mtime, journal, journal_mtime, sha256, file in self._select(
            fields, where, [benchmark] if benchmark else []
        ):
            folder = self._workspace.runs / run
            then = Stamp(size=journal, mtime_ns=journal_mtime, sha256=sha256)
            if (
                still(folder / "run.json", Stamp(size=size, mtime_ns=mtime))
                and still(folder / "verdicts.jsonl", then)
                and (self._folder / file).is_file()
            ):
                found.add(run)
        return found

    def _sums(self, runs: list[str], suite: str) -> list[tuple[str, int, int]]:
        """Return problem, right samples and judged samples over runs."""
        return self._ask(
            f"""with rows as (
                  select suites, problems, judged, right_counts from read_parquet(?) where format = {FORMAT}
                    and run in (select unnest(?)) {_NEWEST}),
                flat as (
                  select unnest(problems) problem, unnest(right_counts[list_position(suites, ?)]) correct,
                    unnest(judged) judged from rows where list_contains(suites, ?))
                select problem, sum(correct)::bigint, sum(judged)::bigint from flat group by 1 order by 1""",
            [runs, suite, suite],
        )

    def _select(self, fields: str, where: str = "true", values: Collection[Any] = ()) -> list[tuple[Any, ...]]:
        """Return columns of the index's newest rows."""
        return self._ask(f"select {fields} from read_parquet(?) where format = {FORMAT} and {where} {_NEWEST}", values)

    def _ask(self, query: str, values: Collection[Any]) -> list[tuple[Any, ...]]:
        """Ask the files of the index, anew where another process made them one file in between."""
        with connection() as duck:
            for _ in range(5):
                files = self._index()
                try:
                    return duck.execute(query, [files, *values]).fetchall()  # type: ignore[no-any-return]
                except Exception:
                    if self._index() == files:
                        raise
            raise RunError("The history changes all the time.", "Try again.")

    def _index(self) -> list[str]:
        """Return the files of the index."""
        return sorted(str(p) for p in (self._folder / "index").glob("*.parquet"))

    def _folders(self) -> list[tuple[str, str]]:
        """Return names and paths of the workspace's run folders."""
        try:
            with os.scandir(self._workspace.runs) as found:
                return [(entry.name, entry.path) for entry in found if not entry.name.startswith(".")]
        except FileNotFoundError:
            return []


def from_parquet(path: Path, suites: list[str]) -> Tally:
    """Count a run's verdicts by problem, in the order of the journal."""
    stages = ", ".join(f"count(*) filter (stage > {position})" for position in range(len(suites)))
    with connection() as duck:
        rows = duck.execute(
            f"""select problem, count(*), [{stages}]
                from (select *, file_row_number as number from read_parquet(?, file_row_number=true))
                where not infra group by problem order by min(number)""",
            [str(path)],
        ).fetchall()
    return Tally(
        suites=suites,
        problems=[row[0] for row in rows],
        judged=[row[1] for row in rows],
        right=[[row[2][position] for row in rows] for position in range(len(suites))],
    )


def merge_index(folder: Path, without: set[str]) -> int:
    """Make the index of a history one file, leaving out runs; return its rows. The caller holds the lock."""
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return 0
    part = folder / f".{uuid.uuid4().hex}.part"
    whole = folder / f"{uuid.uuid4().hex[:16]}.parquet"
    names = [str(f) for f in files]
    with connection() as duck:
        duck.execute("create temp table gone as select unnest(?::varchar[]) run", [sorted(without)])
        duck.execute(
            f"""copy (select * from read_parquet($names) where format = {FORMAT}
                  and run not in (select run from gone) {_NEWEST} order by run)
                to '{_quoted(part)}' (format parquet, compression zstd)""",
            {"names": names},
        )
        count = int(duck.execute("select count(*) from read_parquet(?)", [str(part)]).fetchone()[0])
    if len(files) == 1 and count == _rows(files[0]):
        part.unlink()
        return count
    part.replace(whole)
    for file in files:
        file.unlink(missing_ok=True)
    return count


def _rows(path: Path) -> int:
    """Return how many rows a Parquet file has."""
    from pyarrow import parquet

    return int(parquet.ParquetFile(path).metadata.num_rows)


def _quoted(path: Path) -> str:
    """Return a path as SQL takes it between quotes: COPY has no parameter for it."""
    return str(path).replace("'", "''")


learn(BoardRow)
