"""Data generation: from open-source code to clean instruction data, step by step, each with its manifest."""
