"""The child process that trains: the one room of torch, transformers, trl and peft in fine-tuning.

Started as ``python -m harness.finetune.trainer FOLDER`` or through ``accelerate launch``; speaks through
events.jsonl. Nothing here is imported by the rest of the program.
"""
