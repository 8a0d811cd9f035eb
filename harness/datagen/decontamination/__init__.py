"""Decontamination: rows that show a model what a benchmark will ask it.

``exact`` is the rule of StarCoder and Magicoder, ``strict`` is ours; ``sources`` says what is searched for,
``report`` what was found.
"""
