"""Machine code is kept on disk by the file that it was made of: so it calls none that was made of another file."""

import ast
from pathlib import Path

CORE = sorted((Path(__file__).resolve().parents[2] / "streams" / "core").glob("*.py"))


def _compiled(tree: ast.Module) -> list[ast.FunctionDef]:
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and any(ast.unparse(one) == "compiled" for one in node.decorator_list)
    ]


def _names(function: ast.FunctionDef) -> set[str]:
    return {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}


def _imported(tree: ast.Module) -> set[tuple[str, str]]:
    """Return module and name of what is imported from streams/core."""
    return {
        (node.module.rpartition(".")[2], alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("streams.core.")
        for alias in node.names
    }


def test_compiled_functions_call_those_of_their_own_module_only() -> None:
    trees = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in CORE}
    made = {(module, function.name) for module, tree in trees.items() for function in _compiled(tree)}
    assert len(made) > 20
    for module, tree in trees.items():
        others = {name for found, name in _imported(tree) & made}
        for function in _compiled(tree):
            assert not _names(function) & others, f"streams/core/{module}.py: {function.name}"
