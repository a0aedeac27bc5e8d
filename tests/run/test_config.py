"""What a scenario says under `config` reaches the world that declares it, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.checks.evaluate import evaluate
from engine_harness.errors import ManifestError
from engine_harness.manifest.models import Scenario
from engine_harness.records.reader import read_record
from engine_harness.records.writer import write_record
from engine_harness.run.isolate import record_of
from engine_harness.run.session import job_of
from engine_harness.testing.builders import request_of, scenario_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Stage

DECLARED = """
W.describe = {
    engine_options = { ping_ms = "number? >= 0 <= 2000", rows = "integer?" },
    config = { tuning = "table?", mode = "string?" },
}
"""
TELL = (
    DECLARED
    + """
function W:go()
    local config = self.env.config
    self.seen = { ping = config.engine.ping_ms, tuning = config.tuning, mode = config.mode }
    self.seen.policy = config.engine.hitchPolicy
end
"""
)


def test_what_the_world_declares_arrives(stage: Stage) -> None:
    config = {
        "engine": {"ping_ms": 95, "hitchPolicy": "catch_up"},
        "tuning": {"cooldown": 0.5, "names": ["ä", 'q"\\uq'], "deep": {"empty": []}},
        "mode": "calm",
    }
    # The driver's own options are the driver's business.
    assert stage.seen(TELL, config=config) == {
        "ping": 95,
        "tuning": {"cooldown": 0.5, "names": ["ä", 'q"\\uq'], "deep": {"empty": []}},
        "mode": "calm",
    }


@pytest.mark.parametrize("config", [{}, {"engine": {}}, {"mode": None, "engine": {"rows": None}}])
def test_what_was_left_out_is_absent(stage: Stage, config: dict[str, Any]) -> None:
    body = (
        DECLARED
        + """
    function W:go()
        local count = 0
        for _ in pairs(self.env.config) do count = count + 1 end
        for _ in pairs(self.env.config.engine) do count = count + 1 end
        self.seen = { count = count }
    end
    """
    )
    assert stage.seen(body, config=config) == {"count": 1}
    assert stage.seen(body) == {"count": 1}


def test_a_null_inside_a_section_is_one(stage: Stage) -> None:
    body = (
        DECLARED
        + """
    function W:go()
        local env, tuning = self.env, self.env.config.tuning
        self.seen = {
            null = tuning.off == env.null, inner = tuning.list[2] == env.null, count = #tuning.list,
            absent = tuning.none == nil, text = tostring(env.null), back = tuning.off,
        }
        env.record:event("told", { value = tuning.off })
    end
    """
    )
    record = stage.play(body, config={"tuning": {"off": None, "list": [1, None, 3]}})
    assert record.metrics == {
        "null": True, "inner": True, "count": 3, "absent": True, "text": "null", "back": None,
    }  # fmt: skip
    assert record.events[1]["fields"] == {"value": None}
    assert record.scenario.normalised["config"] == {"tuning": {"off": None, "list": [1, None, 3]}}


def test_null_cannot_be_changed(stage: Stage) -> None:
    body = """
    function W:go()
        self.env.null.x = 1
    end
    """
    message, where = stage.failure(body)
    assert (message, where["line"]) == ("null cannot be changed", 3)
    protected = """
    function W:go()
        setmetatable(self.env.null, {})
    end
    """
    assert "metatable" in stage.failure(protected)[0]


@pytest.mark.parametrize(
    "write",
    [
        "rawset(self.env.null, 'x', 1)",
        "table.insert(self.env.null, 1)",
        "local _ = self.env.null.x",
        "debug.getmetatable(self.env.null).__tostring = nil",
    ],
)
def test_nothing_can_be_kept_in_null(stage: Stage, write: str) -> None:
    assert stage.failure(f"function W:go() {write} end")


def test_null_is_one_value_that_is_no_table(stage: Stage) -> None:
    body = """
    function W:go()
        local null, count = self.env.null, 0
        for key, value in pairs({ [null] = 1, [{}] = 2 }) do count = count + value end
        self.seen = {
            type = type(null), text = ("%s"):format(null), same = rawequal(null, self.env.null),
            other = null ~= nil and null ~= {} and null ~= "null", count = count,
        }
    end
    """
    assert stage.seen(body) == {
        "type": "userdata", "text": "null", "same": True, "other": True, "count": 3,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["metrics", "section"])
def test_null_stands_for_no_answer_with_names(stage: Stage, method: str) -> None:
    body = f"""
    function W:{method}() return self.env.null end
    function W:go() end
    """
    assert stage.failure(body)[0] == f"{method} must return a table, got null"


def test_each_world_has_a_config_of_its_own(stage: Stage) -> None:
    body = (
        DECLARED
        + """
    function W:begin(env)
        self.seen = { was = env.config.tuning.list[1] }
        env.config.tuning.list[1] = 99
    end
    function W:go() end
    function W:snapshot() return { was = self.seen.was } end
    function W:restore(state) end
    """
    )
    probes = [{"unit": 3, "kind": "restore"}]
    harness = stage.bench.harness
    timeline = [{"at": 0.1, "action": "go"}]
    scenario = scenario_of(
        harness, world=stage.world(body), timeline=timeline, config={"tuning": {"list": [1]}}
    )
    request = request_of(harness, scenario)
    reply = harness.pool.call(job_of(request, probes=probes))
    assert record_of(request, reply).metrics == {"was": 1}
    assert reply.value["head"]["probe_findings"] == []


def test_a_world_that_declares_nothing_gets_an_empty_config(stage: Stage) -> None:
    body = """
    function W:go()
        local config = self.env.config
        self.seen = { engine = type(config.engine), rest = next(config, "engine") }
    end
    """
    assert stage.seen(body, config={"engine": {"settleLimit": 3}}) == {"engine": "table"}
    with pytest.raises(ManifestError, match=r"manifest\.config\.tuning: unknown field 'tuning'"):
        stage.seen(body, config={"tuning": {}})


def test_the_limits_of_a_declaration_are_those_of_the_manifest(stage: Stage) -> None:
    with pytest.raises(ManifestError) as error:
        stage.seen(TELL, config={"engine": {"ping_ms": 2001}, "mode": 3})
    text = str(error.value)
    assert (
        "manifest.config.engine.ping_ms: is out of bounds; got 2001; "
        "allowed: number >= 0 and <= 2000"
    ) in text
    assert "manifest.config.mode: must be of type string?; got 3" in text


def test_a_verdict_from_the_record_on_disk_knows_the_config(stage: Stage, tmp_path: Path) -> None:
    record = stage.play(TELL, config={"engine": {"ping_ms": 1}, "tuning": {"off": None}})
    path = tmp_path / "record.json"
    write_record(path, record)
    scenario = Scenario.model_validate(read_record(path).scenario.normalised)
    assert scenario.config == {"engine": {"ping_ms": 1}, "tuning": {"off": None}}
    assert evaluate(read_record(path), scenario).passed is True
