"""What runs inside an engine's own environment: standard library and the engine, nothing else of ours.

It is called ``server`` there and ``harness.engines.server`` outside; hence the relative imports.
"""
