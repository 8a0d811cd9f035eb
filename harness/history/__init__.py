"""A history that stays instant: finished runs as Parquet, asked through DuckDB.

    history/verdicts/benchmark=…/model=…/<run id>.parquet   verdicts of one run, without their evidence
            index/<name>.parquet                            one row per run: what the board shows, counts per problem

Journals stay the truth: a file here that doesn't fit its journal is passed over, and all of it is made again from
the journals (`magibench runs compact`, `magibench runs rebuild`). What reads falls back to the journals.
"""

from harness.history.query import History, Unsolved, installed
from harness.history.reading import counted
from harness.history.rows import BoardRow, Tally, board_row
from harness.history.upkeep import Upkeep, compact, keep, rebuild

__all__ = [
    "BoardRow",
    "History",
    "Tally",
    "Unsolved",
    "Upkeep",
    "board_row",
    "compact",
    "counted",
    "installed",
    "keep",
    "rebuild",
]
