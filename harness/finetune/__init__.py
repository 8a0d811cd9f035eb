"""Fine-tuning: recipes, templates, batches, and TRL's SFTTrainer in a process of its own.

- recipes      what a training is: TOML, read top to bottom
- templates    a row as text: what is asked, what is learned; the same text as at inference
- encoding     rows as tokens, with a mask: only answer and end are learned
- batching     which rows a step sees, and how they share the micro-batches
- estimate     memory, before weights are loaded
- folder       trainings/NAME: journals, checkpoints that are whole or aren't there
- launching    the child process that trains, and what it says
- trainer      the child: the one room of torch, transformers, trl and peft
- lineage      models.toml, and the tree of who came from whom
- curves       loss and pass@1 as data, as a picture and on a terminal
"""
