"""Which statements of an answer belong to the program: what defines, not what tries it out.

Kept: imports, constants, functions and classes, decorated or not, and every statement that the
entry point depends on, directly or not: a table that a loop fills, a recursion limit that is
raised. Dropped, each with a note: assertions, `if __name__` blocks, calls, prints and loops that
only try the program out, and definitions that would fail when they are made and that nothing
needs. Where a function is defined twice, the first that returns something counts (EvalPlus's
rule: models repeat themselves, and the second answer is rambling).
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from harness.extraction.source import Piece, ended, written
from harness.extraction.syntax import bound, definition_time, global_names, here, is_stub, parse, returns, root

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}

_SETTINGS = frozenset(
    {
        "decimal.getcontext", "decimal.setcontext", "gc.disable", "gc.enable", "locale.setlocale", "numpy.random.seed",
        "numpy.seterr", "numpy.set_printoptions", "random.seed", "resource.setrlimit", "sys.set_int_max_str_digits",
        "sys.setrecursionlimit", "threading.stack_size", "warnings.filterwarnings", "warnings.simplefilter",
    }
)  # fmt: skip
"""Calls that change how the rest runs: they stay, though nothing refers to them."""

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Import = ast.Import | ast.ImportFrom


@dataclass(eq=False)  # One is only itself: comparing fields made 2,000 repeated statements two million comparisons.
class _Statement:
    """One statement of the module, with what the choice depends on."""

    node: ast.stmt
    binds: frozenset[str]
    touches: set[str] = field(default_factory=set)
    """Names that it binds, or whose objects it changes."""
    mentions: frozenset[str] = frozenset()
    """Names that it reads when it is executed."""
    keep: bool = False

    @cached_property
    def uses(self) -> frozenset[str]:
        """Global names that it reads or writes, in functions inside it too. Compiles it: asked for when needed."""
        return global_names(self.node)


def tidy(code: str, entry_point: str) -> tuple[str, list[str]]:
    """Return the program of ``code``, and in words what was left out.

    Code that doesn't parse, or doesn't define ``entry_point``, is returned as it is.
    """
    module = parse(code).module
    if module is None or not any(entry_point in bound(node) for node in module.body):
        return ended(code), []
    statements = _analysed(module)
    dropped = _repeated(statements, entry_point)
    gone = set(dropped)
    rest = [s for s in statements if s not in gone]
    _keep_needed(rest, entry_point)
    _keep_harmless(rest, entry_point)
    notes = [
        f"{'an empty' if is_stub(s.node) else 'a second'} definition of {s.node.name}"
        for s in dropped
        if isinstance(s.node, _Definition)
    ]
    counted = Counter(_noun(s.node) for s in rest if not s.keep)
    notes += [noun if count == 1 else f"{noun} (x{count})" for noun, count in counted.items() if noun]
    return written(code, [Piece(s.node, s.keep) for s in statements]), notes


def _analysed(module: ast.Module) -> list[_Statement]:
    """Describe every statement of a module."""
    writers: dict[str, set[str]] = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            written = {name for child in ast.walk(node) if isinstance(child, ast.Global) for name in child.names}
            writers[node.name] = writers.get(node.name, set()) | written
    statements = []
    for node in module.body:
        statement = _Statement(node, bound(node))
        if not isinstance(node, _Definition):
            walked = list(here(node))
            statement.touches = set(statement.binds).union(*(_changed(child, writers) for child in walked))
            statement.mentions = frozenset(
                child.id for child in walked if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load)
            )
        else:
            statement.touches = set(statement.binds)
        statements.append(statement)
    return statements


def _changed(node: ast.AST, writers: dict[str, set[str]]) -> set[str]:
    """Return the names whose objects an expression changes: `a[0] = 1`, `a.append(1)`, `fill()`."""
    if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        return {root(node)}
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return writers.get(node.func.id, set())
        return {root(node.func)}
    return set()


def _repeated(statements: list[_Statement], entry_point: str) -> list[_Statement]:
    """Return what is defined or imported a second time."""
    groups: dict[str, list[_Statement]] = {}
    imports: set[str] = set()
    repeated = []
    for statement in statements:
        node = statement.node
        if isinstance(node, _Import):
            written = ast.dump(node)
            if written in imports:
                repeated.append(statement)
            imports.add(written)
        elif isinstance(node, _Definition) and (not node.decorator_list or node.name == entry_point):
            # Other decorated functions may share a name on purpose: @f.register def _(x).
            groups.setdefault(node.name, []).append(statement)
    for group in groups.values():
        chosen = next((s for s in group if isinstance(s.node, ast.ClassDef) or returns(s.node)), group[0])
        repeated.extend(s for s in group if s is not chosen)
    return repeated


def _keep_needed(statements: list[_Statement], entry_point: str) -> None:
    """Mark what the entry point depends on, directly or not."""
    by_name: dict[str, list[_Statement]] = {}
    for statement in statements:
        for name in statement.touches:
            by_name.setdefault(name, []).append(statement)
    known, todo = {entry_point}, [entry_point]
    while todo:
        name = todo.pop()
        for statement in by_name.get(name, ()):
            if statement.keep or not _serves(statement, name, entry_point):
                continue
            statement.keep = True
            new = statement.uses - known
            known |= new
            todo.extend(new)


def _serves(statement: _Statement, name: str, entry_point: str) -> bool:
    """Tell whether a statement that touches a needed name is there for it, not to try the program out."""
    node = statement.node
    if isinstance(node, _Definition | _Import):
        return True
    if isinstance(node, ast.Assert | ast.Return | ast.Raise | ast.Delete) or _is_main_guard(node):
        return False
    if name == entry_point:
        # `f = cache(f)` is part of the program, `f = f(3)` is not.
        return name in statement.binds and not _calls(node, entry_point)
    return name in statement.binds or entry_point not in statement.mentions


def _calls(node: ast.stmt, name: str) -> bool:
    """Tell whether executing a statement calls ``name``."""
    return any(
        isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id == name
        for child in here(node)
    )


def _keep_harmless(statements: list[_Statement], entry_point: str) -> None:
    """Mark, in order, what nothing needs but what can't do harm either."""
    lazy = any(isinstance(s.node, ast.ImportFrom) and s.node.module == "__future__" for s in statements)
    names = set(_BUILTINS).union(*(s.binds for s in statements if _imports_only(s.node)))
    aliases = _aliases(statements)
    for number, statement in enumerate(statements):
        node = statement.node
        if not statement.keep:
            if isinstance(node, _Definition):
                statement.keep = _definable(node, names, lazy=lazy)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                changed = (
                    [t.value for t in node.targets if isinstance(t, ast.Attribute)]
                    if isinstance(node, ast.Assign)
                    else []
                )
                setting = any(_is_setting(target, aliases, statement.mentions, entry_point) for target in changed)
                statement.keep = setting or _is_constant(node, names, lazy=lazy)
            elif isinstance(node, ast.Expr):
                docstring = number == 0 and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
                statement.keep = docstring or _is_setting(node.value, aliases, statement.mentions, entry_point)
            else:
                statement.keep = isinstance(node, ast.Pass) or _imports_only(node)
        if statement.keep:
            names |= statement.binds


def _imports_only(node: ast.stmt) -> bool:
    """Tell whether a statement only imports, perhaps guarded by try or if."""
    if isinstance(node, ast.Try):
        branches = [node.body, node.orelse, node.finalbody, *(handler.body for handler in node.handlers)]
    elif isinstance(node, ast.If):
        if _is_main_guard(node):
            return False
        branches = [node.body, node.orelse]
    else:
        return isinstance(node, _Import)
    inner = [child for branch in branches for child in branch]
    return any(_imports_only(child) for child in inner) and all(
        _imports_only(child)
        or isinstance(child, ast.Pass)
        or (isinstance(child, ast.Assign) and isinstance(child.value, ast.Constant))
        for child in inner
    )


def _aliases(statements: list[_Statement]) -> dict[str, str]:
    """Return imported name to dotted name: np is numpy, setrecursionlimit is sys.setrecursionlimit."""
    aliases: dict[str, str] = {}
    for statement in statements:
        node = statement.node
        if isinstance(node, ast.Import):
            aliases.update({alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names})
        elif isinstance(node, ast.ImportFrom) and node.module:
            aliases.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return aliases


def _is_setting(node: ast.expr, aliases: dict[str, str], mentions: frozenset[str], entry_point: str) -> bool:
    """Tell whether an expression is a call that changes how the rest runs."""
    if not isinstance(node, ast.Call) or entry_point in mentions:
        return False
    parts: list[str] = []
    target: ast.expr = node.func
    while isinstance(target, ast.Attribute):
        parts.append(target.attr)
        target = target.value
    if not isinstance(target, ast.Name) or target.id not in aliases:
        return False
    return ".".join([aliases[target.id], *reversed(parts)]) in _SETTINGS


def _definable(node: _Definition, names: set[str], *, lazy: bool) -> bool:
    """Tell whether making a definition can't fail: it evaluates nothing but names that are there."""
    if isinstance(node, ast.ClassDef):
        if not all(
            _is_known(child, names) for child in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
        ):
            return False
        inner = names | {node.name}
        for child in node.body:
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                fine = _definable(child, inner, lazy=lazy)
            elif isinstance(child, ast.Assign | ast.AnnAssign):
                fine = _is_constant(child, inner, lazy=lazy)
            else:
                fine = isinstance(child, ast.Pass | ast.Expr) and not _has_calls(child)
            if not fine:
                return False
            inner |= bound(child)
        return True
    lazily = {id(child) for child in _annotations(node)} if lazy else set()
    return all(_is_known(child, names) for child in definition_time(node) if id(child) not in lazily)


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """Return a function's annotations, which `from __future__ import annotations` leaves unevaluated."""
    evaluated = {id(child) for child in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]}
    return [child for child in definition_time(node) if id(child) not in evaluated]


def _is_known(node: ast.expr, names: set[str]) -> bool:
    """Tell whether an expression only reads names that are there. Calls may be made of imported names only."""
    return all(
        child.id in names
        if isinstance(child, ast.Name)
        else not isinstance(child, ast.Call) or root(child.func) in names
        for child in ast.walk(node)
    )


def _has_calls(node: ast.AST) -> bool:
    return any(isinstance(child, ast.Call | ast.Name) for child in ast.walk(node))


def _is_constant(node: ast.Assign | ast.AnnAssign, names: set[str], *, lazy: bool) -> bool:
    """Tell whether an assignment gives plain names a literal (or a lambda)."""
    if isinstance(node, ast.AnnAssign):
        if not isinstance(node.target, ast.Name) or not (lazy or _is_known(node.annotation, names)):
            return False
    elif not all(isinstance(target, ast.Name) for target in node.targets):
        return False
    if node.value is None or isinstance(node.value, ast.Lambda):
        return node.value is not None and not node.value.args.defaults and not node.value.args.kw_defaults
    try:
        ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _is_main_guard(node: ast.stmt) -> bool:
    """Tell whether a statement is `if __name__ == ...`."""
    return isinstance(node, ast.If) and any(
        isinstance(child, ast.Name) and child.id == "__name__" for child in ast.walk(node.test)
    )


def _noun(node: ast.stmt) -> str:
    """Say what a dropped statement is."""
    if _is_main_guard(node):
        return "an `if __name__` block"
    if isinstance(node, _Definition):
        return f"{node.name}, which nothing uses and whose definition may fail"
    if isinstance(node, ast.Expr):
        if isinstance(node.value, ast.Call):
            return "a print at top level" if root(node.value.func) == "print" else "a call at top level"
        return "" if isinstance(node.value, ast.Constant) else "an expression at top level"
    names = {
        ast.Assert: "an assertion",
        ast.Assign: "an assignment that nothing uses",
        ast.AnnAssign: "an assignment that nothing uses",
        ast.AugAssign: "an assignment that nothing uses",
        ast.For: "a loop at top level",
        ast.While: "a loop at top level",
    }
    return names.get(type(node), f"a top-level {type(node).__name__.lower()}")
