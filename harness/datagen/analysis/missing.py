"""What an analysis says where its library isn't installed."""

from __future__ import annotations

import importlib
from typing import Any

from harness.errors import UsageError


def library(name: str, what: str) -> Any:
    """Import a library of the extra ``analysis``.

    Raises:
        UsageError: it isn't installed; says how to get it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(
            f"{what} needs {name.partition('.')[0]}, which can't be imported ({error}).",
            "Install the extra: pip install 'magibench[analysis]'.",
        ) from error
