"""Words that must not appear: hidden chance, games in the core, places of one machine."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

VAGUE_NAMES = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
GAME_WORDS = {"threat", "parry", "ball", "highlight", "ring", "enemy", "enemies", "parries"}
GAME_WORDS |= {f"{word}s" for word in GAME_WORDS}

# Names that the engines have for which games are written, where the bench offers the same.
ENGINE_WORDS = {"lua/harness/services/parts.lua": {"highlight"}}

# Modules through which time or chance would come in. `_wallclock` is the one door for time.
CLOCKS = {"time", "datetime"}
CHANCE = {"random", "secrets", "uuid"}


def lua_code(text: str) -> str:
    """Return Lua without its comments and texts, line by line. Our Lua has no long strings."""
    kept = []
    in_block = False
    for line in text.splitlines():
        if in_block or line.lstrip().startswith("--[["):
            in_block = "]]" not in line
            kept.append("")
        else:
            without_texts = re.sub(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", '""', line)
            kept.append(re.sub(r"--.*", "", without_texts))
    return "\n".join(kept)


def test_code_is_told_from_comments_and_texts() -> None:
    assert lua_code('a("-- pairs(") -- pairs(t)\n--[[ next(\nnext(t) ]]\nb(pairs(t))') == (
        'a("") \n\n\nb(pairs(t))'
    )


def words_of(text: str) -> set[str]:
    """Return the lower-cased words of a text; `camelCase` and `snake_case` are several."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    return {word.lower() for word in re.findall(r"[A-Za-z]+", spaced)}


def test_no_module_has_a_name_that_says_nothing(project_files: list[Path]) -> None:
    assert [
        path
        for path in project_files
        if path.suffix in {".py", ".lua"}
        and {part.lower() for part in path.with_suffix("").parts} & VAGUE_NAMES
    ] == []


# Any mention, as a local would give them another name. A field of a table may be called so.
RAW_ORDER = r"(?<![.\w:])(?:pairs|next)\b(?!\s*=(?!=))"


@pytest.mark.parametrize(
    ("text", "is_raw"),
    [
        ("for key in pairs(t) do", True),
        ("if next (t) == nil then", True),
        ("for key in next, t do", True),
        ("local next, type = next, type", True),
        ("local step = next", True),
        ("local walk = { pairs, next }", True),
        ("if step == next then", True),
        ("for key in ordered.pairs(t) do", False),
        ("local step = ordered.next", False),
        ("for index, value in ipairs(list) do", False),
        ("local node = { next = false, pairs = 3 }", False),
        ("node.next = list:next()", False),
        ("local next_due, pairs_of = 1, 2", False),
    ],
)
def test_a_raw_order_is_seen_under_whatever_name_it_is_taken(text: str, is_raw: bool) -> None:
    assert bool(re.search(RAW_ORDER, text)) == is_raw


@pytest.mark.parametrize(
    ("pattern", "exempt"),
    [
        # LuaJIT changes the raw order from VM to VM.
        (RAW_ORDER, {"ordered.lua"}),
        (r"\bmath\s*\.\s*random", set()),
        (r"\bos\s*\.\s*(time|clock|date|getenv)\s*\(", set()),
        (r"\b(setfenv|getfenv|loadstring|dofile)\s*\(", {"sandbox.lua"}),
    ],
)
def test_our_lua_has_no_hidden_order_time_or_chance(
    root: Path, lua_files: list[Path], pattern: str, exempt: set[str]
) -> None:
    found = [
        f"{path}:{number} {line.strip()}"
        for path in lua_files
        if path.name not in exempt
        for number, line in enumerate(lua_code((root / path).read_text("utf-8")).splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []


def imported_modules(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_wall_time_comes_through_one_door_and_chance_through_none(
    root: Path, package_files: list[Path]
) -> None:
    wrong = [
        f"{path}: {', '.join(sorted(names))}"
        for path in package_files
        if (
            names := imported_modules(ast.parse((root / path).read_text("utf-8")))
            & (CHANCE if path.name == "_wallclock.py" else CLOCKS | CHANCE)
        )
    ]
    assert wrong == []


def test_the_core_knows_no_game(root: Path, project_files: list[Path]) -> None:
    core = [
        path
        for path in project_files
        if path.parts[:2] == ("lua", "harness")
        or (path.parts[0] == "engine_harness" and path.parts[1] not in {"manifest", "plan"})
    ]
    found = {
        str(path): sorted(words)
        for path in core
        if (words := words_of((root / path).read_text("utf-8")) & GAME_WORDS)
        - ENGINE_WORDS.get(path.as_posix(), set())
    }
    assert found == {}
    assert words_of("aString, isRing of enemy_id") & GAME_WORDS == {"ring", "enemy"}


# In two halves, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:wo" r"rk|fa" r"rm|ho" r"me|ro" r"ot|Us" r"ers)/[A-Za-z.]"
)
OUTSIDE_PAGES = re.compile(r"\b(?:co" r"re|eng" r"ine|cat" r"alog|des" r"ign|sty" r"le)\.md\b")


def test_no_file_names_a_place_or_a_page_outside_the_project(
    root: Path, project_files: list[Path]
) -> None:
    found = [
        f"{path}:{number} {line.strip()[:80]}"
        for path in project_files
        for number, line in enumerate(
            (root / path).read_text("utf-8", errors="replace").splitlines(), 1
        )
        if MACHINE_PATHS.search(line) or OUTSIDE_PAGES.search(line)
    ]
    assert found == []
