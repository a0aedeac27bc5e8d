"""A module holds the block `intelligence` of its plan, and nothing of it where there is none."""

from __future__ import annotations

from engine_harness._canonical import digest
from engine_harness.compile.render import render_module
from engine_harness.plan.model import Plan

EVENT = {"time": 0, "event": "checkpoint", "name": "c"}
BLOCK = {"notes": 'a "note"', "policies": {"default": "none", "enable": ["b", "c-d"]}}


def text_of(plan: Plan) -> str:
    return render_module(plan, manifest="scenarios/one.yaml", version="1")


def test_a_module_without_the_block_has_no_line_for_it() -> None:
    before, after = (
        text_of(Plan(metadata={"id": "one"}, events=(EVENT,), intelligence=block))
        for block in (None, BLOCK)
    )
    line = (
        '    intelligence = { notes = "a \\"note\\"", policies = { default = "none", enable ='
        ' { "b", "c-d" } } },\n'
    )
    assert line in after
    assert after.replace(line, "") == before
    assert "intelligence" not in before


def test_a_plan_without_the_block_has_the_digest_of_its_other_parts() -> None:
    plain = {"version": 1, "metadata": {"id": "one"}, "config": {"world": {"a": 1.5}}}
    plan = Plan(metadata={"id": "one"}, config={"world": {"a": 1.5}}, events=(EVENT,))
    assert plan.digest() == digest({**plain, "events": [EVENT]})
    with_block = plan.model_copy(update={"intelligence": BLOCK})
    assert with_block.digest() == digest({**plain, "events": [EVENT], "intelligence": BLOCK})
