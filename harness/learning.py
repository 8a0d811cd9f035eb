"""What msgspec knows of types, learned while modules are imported.

msgspec (0.22) builds it when a type is first decoded, without a lock: two threads that meet a type at the same moment
crash the process with a segmentation fault (seen in the dashboard, reproduced in one try with four threads). An
import holds its module's lock, and comes before any use.
"""

from __future__ import annotations

from typing import Any

import msgspec


def learn(*kinds: Any) -> None:
    """Let msgspec learn types, and all they are made of; call it at the end of the module that defines them."""
    for kind in kinds:
        msgspec.json.Decoder(kind)
