"""The paper's three analyses: categories, lengths in tokens, similarity to HumanEval; and their pictures.

Each module is the one room of its library (tiktoken and tokenizers, sentence-transformers, scikit-learn,
matplotlib), all of which come with the extra ``analysis`` and are loaded when they are used.
"""
