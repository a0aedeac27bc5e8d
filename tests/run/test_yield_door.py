"""The one door through which decisions come from outside: a driver yields, and is resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine_harness.run.session import job_of
from engine_harness.testing import request_of, scenario_of
from engine_harness.vm.loader import harness_texts
from engine_harness.vm.worker import Pool

if TYPE_CHECKING:
    from conftest import Bench

# A driver whose unit of work is one action that somebody outside has chosen.
ASKING = """
local json = require("harness.json")
local Asking = {}
function Asking.begin(run)
    run.turns = 0
end
function Asking.unit(run)
    local answer = json.decode(coroutine.yield("ask", json.encode(run:ask_metrics(), "metrics")))
    if answer.stop then
        return true, "stopped"
    end
    local row = run.recorder:event("driver", "chosen", { name = answer.name })
    local accepted, code, message = run:apply({ name = answer.name, args = answer.args or {} })
    if not accepted then
        run.recorder:refused(row, code, message)
    end
    run.recorder.unit = run.recorder.unit + 1
end
function Asking.finish(run)
    run.sections.asking = { turns = run.recorder.unit + 1 }
end
return Asking
"""


def test_a_driver_asks_and_goes_on_with_the_answer(bench: Bench) -> None:
    scenario = scenario_of(bench.harness, world="rounds", timeline=[{"at": 0, "action": "draw"}])
    job = job_of(request_of(bench.harness, scenario))
    assert isinstance(job.data, dict)
    job.data["driver"] = "asking"
    choices: list[dict[str, Any]] = [
        {"name": "draw"},
        {"name": "play", "args": {"card": 1}},
        {"name": "play", "args": {"card": 1}},
        {"stop": True},
    ]
    seen: list[Any] = []

    def answer(observation: Any) -> Any:
        seen.append(observation)
        return choices[len(seen) - 1]

    with Pool(1, harness={**harness_texts(), "harness.drivers.asking": ASKING}) as pool:
        reply = pool.call(job, answer)
    assert reply.status == "ok", reply
    assert isinstance(reply.value, dict)
    head: Any = reply.value["head"]
    assert (head["success"], head["reason"]) == (True, "stopped")
    assert head["sections"] == {"asking": {"turns": 3}}
    assert [len(observation["hand"]) for observation in seen] == [0, 1, 0, 0]
    assert [observation["clock_s"] for observation in seen] == [0, 0.25, 0.75, 0.75]
