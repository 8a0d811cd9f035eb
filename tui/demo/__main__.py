"""Record the runs of `magibench --demo` anew."""

from __future__ import annotations

import argparse

from harness.workspace import find_workspace
from tui.demo import RECORDED, record

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace")
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--dataset", action="append", default=[], metavar="NAME")
    parser.add_argument("--training", action="append", default=[], metavar="NAME")
    options = parser.parse_args()
    record(find_workspace(options.workspace), options.runs, RECORDED, options.dataset, options.training)
    print(f"{RECORDED}: {RECORDED.stat().st_size:,} bytes")
