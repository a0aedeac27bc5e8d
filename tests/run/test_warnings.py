"""Warnings that a world gives, and those about a run that does not come to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Stage

WARN = """
W.describe = { actions = { go = {}, player = {} } }
function W:apply(action)
    local record = self.env.record
    record:warn("seen " .. action.name, true)
    record.warn("plain")
    self.env.scheduler:after(0.1, function() record:warn("later", true) end)
    return true
end
"""


def test_a_warning_names_the_entry_that_is_being_dispatched(stage: Stage) -> None:
    timeline = [
        {"at": 1, "action": "go"},
        {"at": 0, "kind": "player", "action": "observe-telemetry", "duration": 0.5},
    ]
    assert stage.play(WARN, timeline).warnings == [
        # Also when the end of its hold is what it waited for. In a timer nothing is dispatched.
        "seen player (timeline[2])",
        "plain",
        "later",
        "seen go (timeline[1])",
        "plain",
        "later",
    ]


def test_an_event_of_a_macro_names_the_macros_entry(stage: Stage) -> None:
    body = WARN.replace("actions = { go = {}, player = {} }", "")
    timeline = [{"at": 0.1, "hitch": 0.1}, {"at": 0, "macro": "oscillation storm"}]
    warnings = stage.play(body, timeline).warnings
    assert warnings[:2] == ["seen rule (timeline[2])", "plain"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("record:warn()", "record.warn needs a text, got nil"),
        ("record:warn('', true)", 'record.warn needs a text, got ""'),
        ("record.warn({})", "record.warn needs a text, got a table"),
        ("record:warn('\\255')", 'record.warn: the text "\ufffd" is not UTF-8'),
    ],
)
def test_a_warning_needs_a_text(stage: Stage, call: str, message: str) -> None:
    body = f"function W:go()\n local record = self.env.record\n {call}\nend"
    text, where = stage.failure(body)
    assert (text, where["line"]) == (message, 3)


def test_a_flood_of_warnings_runs_into_the_limit_of_logs(stage: Stage) -> None:
    body = "function W:go() while true do self.env.record:warn('again') end end"
    record = stage.play(body, limits={"log_rows": 50})
    assert (record.outcome.status, record.outcome.reason) == ("limit", "log_rows")
    assert record.warnings == ["again"] * 50


REST = "function W:done() return {} end\nfunction W:go() end\nfunction W:step() end"


@pytest.mark.parametrize(
    ("answer", "warning"),
    [
        ("false", "the world is not done after 0.5 s settle limit"),
        ("nil", "the world is not done after 0.5 s settle limit"),
        ("false, '3 carts unresolved'", "3 carts unresolved after 0.5 s settle limit"),
        ("false, '3 carts unresolved', ''", "3 carts unresolved after 0.5 s settle limit"),
        ("nil, '1 cart left', 'cart-2'", "1 cart left after 0.5 s settle limit: cart-2"),
    ],
)
def test_what_is_left_at_the_settle_limit_is_in_the_worlds_words(
    stage: Stage, answer: str, warning: str
) -> None:
    body = REST.replace("{}", answer, 1)
    record = stage.play(body, config={"engine": {"settleLimit": 0.5}})
    assert record.warnings == [warning]
    assert record.outcome.reason == "settle_limit"


def test_a_world_that_is_done_says_nothing(stage: Stage) -> None:
    record = stage.play(REST.replace("{}", "true, 'nothing', 'none'", 1))
    assert (record.warnings, record.outcome.reason) == ([], "settled")


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        ("false, 3", "false, 3, nil"),
        ("false, 'x', {}", 'false, "x", a table'),
        ("nil, nil, 'x'", 'nil, nil, "x"'),
    ],
)
def test_what_is_left_is_told_in_texts(stage: Stage, answer: str, got: str) -> None:
    assert stage.failure(REST.replace("{}", answer, 1))[0] == (
        f"done must return true, or false, what?, which? as texts; got {got}"
    )
