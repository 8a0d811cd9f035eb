"""Languages by the endings of file names, under the names that Magicoder's files have."""

from __future__ import annotations

ENDINGS = {
    "python": ".py",
    "cpp": ".cpp .cc .cxx .hpp .hh .hxx",
    "c": ".c .h",
    "java": ".java",
    "typescript": ".ts .tsx",
    "javascript": ".js .jsx .mjs",
    "shell": ".sh .bash",
    "csharp": ".cs",
    "rust": ".rs",
    "php": ".php",
    "swift": ".swift",
    "go": ".go",
    "ruby": ".rb",
    "scala": ".scala",
    "kotlin": ".kt",
    "lua": ".lua",
    "perl": ".pl .pm",
    "r": ".r",
    "julia": ".jl",
    "haskell": ".hs",
    "d": ".d",
    "racket": ".rkt",
}
BY_ENDING = {ending: language for language, endings in ENDINGS.items() for ending in endings.split()}

ALIASES = {
    "c++": "cpp", "c-sharp": "csharp", "c#": "csharp", "cs": "csharp", "bash": "shell", "sh": "shell", "js": "javascript",
    "ts": "typescript", "py": "python", "python3": "python", "rs": "rust", "golang": "go",
}  # fmt: skip
"""Other names, as data sets and fences have them."""


def language_name(name: str) -> str:
    """Return the name under which a language goes here; one that isn't known stays, in lower case."""
    low = name.strip().lower()
    return ALIASES.get(low, low)
