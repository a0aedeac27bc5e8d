"""A world is told which of its metrics somebody looks at, and may leave out the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Stage

# Keeps what it was asked for, one text per run of equal questions.
ASKED = """
function W:begin() self.asked, self.n = {}, 0 end
function W:metrics(names)
    local text = names and table.concat(names, " ") or "all"
    if self.asked[#self.asked] ~= text then self.asked[#self.asked + 1] = text end
    local all = { a = 1, b = 2, c = { d = 3 }, asked = self.asked }
    if not names then return all end
    local some = {}
    for _, name in ipairs(names) do
        local key = name:match("^%w+")
        some[key] = all[key]
    end
    return some
end
function W:step() end
function W:go() end
"""


def asked(stage: Stage, *invariants: Any, timeline: list[dict[str, Any]] | None = None) -> Any:
    """Return the questions, the last of which is for the metrics at the end."""
    record = stage.play(ASKED, timeline, invariants=list(invariants))
    assert record.outcome.status == "completed", record.outcome
    assert [row.details for row in record.invariants] == []
    assert record.metrics is not None
    return record.metrics["asked"]


def test_without_a_condition_all_are_asked_for_at_the_end(stage: Stage) -> None:
    assert asked(stage) == ["all"]


def test_a_condition_asks_for_what_it_names(stage: Stage) -> None:
    assert asked(stage, {"metric": "c.d", "eq": 3}) == ["c.d", "all"]


def test_all_that_was_ever_named_is_asked_for_together_and_once(stage: Stage) -> None:
    conditions = {"any": [{"metric": "a", "eq": 1}, {"metric": "b", "eq": 2}]}
    # The second member is not looked at while the first one holds.
    assert asked(stage, conditions) == ["a", "all"]
    conditions = {"any": [{"metric": "a", "eq": 9}, {"metric": "b", "eq": 2}]}
    assert asked(stage, conditions, {"metric": "a", "eq": 1}) == ["a", "a b", "all"]


def test_a_checkpoint_asks_for_all_and_takes_no_metric_from_a_condition(stage: Stage) -> None:
    timeline = [{"at": 0.1, "checkpoint": "x"}]
    assert asked(stage, {"metric": "a", "eq": 1}, timeline=timeline) == ["a", "all", "a", "all"]


def test_a_metric_that_was_left_out_is_missing(stage: Stage) -> None:
    body = "function W:metrics(names) return names and { b = 1 } or { a = 1 } end"
    record = stage.play(f"{body} function W:go() end", invariants=[{"metric": "a", "eq": 1}])
    assert [row.details for row in record.invariants] == ["missing metric: a"]
