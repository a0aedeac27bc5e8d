"""An error in a world: message, place in the user's files, what was being done, and the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.checks.verdict import Where

if TYPE_CHECKING:
    from conftest import Stage

    from engine_harness.checks.verdict import Finding

GO: list[dict[str, Any]] = [{"at": 0, "action": "go"}]
QUIET = "function W:go() end function W:step() end"


@pytest.mark.parametrize(
    ("method", "dispatching", "at_s"),
    [
        ("begin", "new", 0),
        ("go", "apply(go)", 0),
        ("step", "step", 0),
        ("substep", "substep", 1 / 240),
        ("done", "done", 0.25),
        ("metrics", "metrics", 0.25),
        ("section", "section", 0.25),
        ("snapshot", "snapshot", 0),
    ],
)
def test_an_error_in_any_method_names_line_method_and_time(
    stage: Stage, method: str, dispatching: str, at_s: float
) -> None:
    body = f"""
    {QUIET if method not in ("go", "step") else "function W:go() end"}
    function W:{method}()
        local x = 1
        error("broke")
    end
    """
    timeline: list[dict[str, Any]] = [*GO, {"at": 0, "checkpoint": "c"}]
    if method == "metrics":
        timeline = GO
    message, where = stage.failure(body, timeline=timeline)
    assert message == "broke"
    file = stage.file(body)
    assert (where["file"], where["line"], where["at_s"]) == (file, 5, at_s)
    assert where["dispatching"] == dispatching
    assert where["traceback"].startswith(f"{file}:5: in function '")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('error("a text")', "a text"),
        ('error("no place", 0)', "no place"),
        ('error({ message = "told" })', "told"),
        ("error({ code = 7, why = 'x' })", "{code = 7, why = x}"),
        ("error({})", "{}"),
        (
            "error(setmetatable({}, { __tostring = function() return 'own words' end }))",
            "own words",
        ),
        ("error(42)", "42"),
        ("error()", "nil"),
        ("assert(false)", "assertion failed!"),
        ("assert(nil, 'expected it')", "expected it"),
        ("local t = nil + 1", "attempt to perform arithmetic on a nil value"),
        ("self.nothing.at_all = 1", "attempt to index field 'nothing' (a nil value)"),
        ("self:no_such()", "attempt to call method 'no_such' (a nil value)"),
        ("local x = {} < {}", "attempt to compare two table values"),
        ("string.rep()", "bad argument #1 to 'rep' (string expected, got nil)"),
        ("setmetatable(1, {})", "bad argument #1 to 'setmetatable' (table expected, got number)"),
        ("coroutine.wrap(error)('x')", "x"),
    ],
)
def test_every_kind_of_error_value_directly_in_step_has_message_line_and_calls(
    stage: Stage, code: str, message: str
) -> None:
    body = f"function W:go() end\nfunction W:step(dt)\n\t{code}\nend"
    told, where = stage.failure(body)
    file = stage.file(body)
    assert told == message
    assert (where["file"], where["line"]) == (file, 3)
    assert where["traceback"] == f"{file}:3: in function 'step'"


def test_a_world_that_failed_still_says_what_it_adds_to_the_record(stage: Stage) -> None:
    body = """
    function W:go() self.n = 1 error("broke") end
    function W:section() return { n = self.n } end
    """
    record = stage.play(body)
    assert record.outcome.status == "world_error"
    assert record.sections[record.scenario.world] == {"n": 1}


def test_a_section_that_fails_after_an_error_hides_nothing(stage: Stage) -> None:
    body = 'function W:go() error("broke") end function W:section() error("and again") end'
    record = stage.play(body)
    assert (record.outcome.status, record.outcome.message) == ("world_error", "broke")
    assert record.scenario.world not in record.sections


def test_an_error_in_late_compiled_code_names_its_line(stage: Stage) -> None:
    body = """
    function W:go() end
    function W:step(dt)
        local sum = 0
        for i = 1, 500 do sum = sum + i end
        if self.env.clock.frame() == 100 then
            error("late")
        end
    end
    """
    message, where = stage.failure(body, timeline=[*GO, {"at": 1, "action": "go"}])
    assert (message, where["line"], where["frame"]) == ("late", 7, 100)
    assert where["traceback"] == f"{stage.file(body)}:7: in function 'step'"


def test_an_error_in_a_tail_call_names_at_least_the_function(stage: Stage) -> None:
    # A tail call takes its function off the stack, so that no line of the user is left on it.
    body = "function W:go() end\nfunction W:step(dt)\n\treturn error('gone')\nend"
    message, where = stage.failure(body)
    file = stage.file(body)
    assert (message, where["file"], where["line"]) == ("gone", file, 2)
    assert where["traceback"] == f"{file}:2: in function 'step'"


def test_a_level_names_the_callers_line(stage: Stage) -> None:
    body = """
    local function require_positive(x)
        if x <= 0 then error("must be positive", 2) end
    end
    function W:go()
        require_positive(-1)
    end
    """
    message, where = stage.failure(body)
    assert (message, where["line"]) == ("must be positive", 6)


def test_an_error_in_a_timer_tells_which_event_of_the_plan_was_on(stage: Stage) -> None:
    body = """
    function W:go() self.env.clock.advance(1) end
    function W:begin() self.env.scheduler:after(0.5, function()
        error("in the middle")
    end) end
    """
    _, where = stage.failure(body)
    assert (where["dispatching"], where["event"], where["plan_index"]) == ("timer", "action", 1)
    assert (where["at_s"], where["line"]) == (0.5, 4)


def test_the_finding_tells_all_of_it(stage: Stage) -> None:
    body = """
    local function inner() error("broke") end
    function W:go() end
    function W:step(dt) if dt > 0 then inner() end end
    """
    verdict = stage.judge(body)
    file = stage.file(body)
    (finding,) = verdict.findings
    assert finding.check == "world_error"
    assert finding.message == (
        f"{file}:2: broke (while dispatching step, at 0.004 s)\n"
        f"{file}:2: in function 'inner'\n"
        f"{file}:4: in function 'step'"
    )
    assert (finding.at_s, finding.frame, finding.unit) == (1 / 240, 1, 1)


def test_what_happened_before_the_error_is_kept(stage: Stage) -> None:
    body = """
    function W:go()
        self.env.record:event("seen")
        print("seen")
        self.env.record:sample("x", 1)
        error("after that")
    end
    """
    record = stage.play(body, [{"at": 0, "checkpoint": "c"}, {"at": 0.5, "action": "go"}])
    assert record.outcome.status == "world_error"
    assert record.metrics is None
    assert [row["event"] for row in record.events] == ["checkpoint", "action", "seen"]
    assert list(record.checkpoints) == ["c"]
    assert [row.text for row in record.logs] == ["seen"]
    assert record.samples["x"].value == [1]
    assert record.cost is not None
    assert (record.outcome.virtual_s, record.outcome.frames) == (0.5, 120)


# Modules that a world requires.


def test_an_error_in_a_required_module_names_its_file_and_line(stage: Stage) -> None:
    stage.bench.write(
        "lua/combat/damage.lua", "local M = {}\nfunction M.hit(x)\n\treturn x.y.z\nend\nreturn M\n"
    )
    body = 'local damage = require("combat.damage")\nfunction W:go()\n\tdamage.hit({})\nend'
    message, where = stage.failure(body)
    assert message == "attempt to index field 'y' (a nil value)"
    assert (where["file"], where["line"]) == ("lua/combat/damage.lua", 3)
    assert where["traceback"].splitlines()[:2] == [
        "lua/combat/damage.lua:3: in function 'hit'",
        f"{stage.file(body)}:3: in function 'act'",
    ]


def test_an_error_while_a_module_loads_names_both_files(stage: Stage) -> None:
    stage.bench.write("lua/combat/broken.lua", "local M = {}\n\nM.x.y = 1\nreturn M\n")
    body = 'local broken =\n\trequire("combat.broken")'
    message, where = stage.failure(body)
    assert message == "attempt to index field 'x' (a nil value)"
    assert (where["file"], where["line"]) == ("lua/combat/broken.lua", 3)
    assert where["dispatching"] == "require"
    assert where["traceback"].splitlines() == [
        "lua/combat/broken.lua:3: in main chunk",
        f"{stage.file(body)}:2: in main chunk",
    ]


def test_a_long_path_is_told_in_full(stage: Stage) -> None:
    # LuaJIT itself would cut it at 60 characters.
    folder = "a_rather_long_name_of_a_folder/and_another_long_name_inside_of_it"
    stage.bench.write(f"lua/{folder}/rules.lua", "return function()\n\terror('deep down')\nend\n")
    module = folder.replace("/", ".") + ".rules"
    body = f'local rules = require("{module}")\nfunction W:go() rules() end'
    message, where = stage.failure(body)
    assert message == "deep down"
    assert (where["file"], where["line"]) == (f"lua/{folder}/rules.lua", 2)
    assert where["traceback"].startswith(f"lua/{folder}/rules.lua:2: in function 'rules'\n")


def test_a_module_with_a_syntax_error_is_named_with_its_line(stage: Stage) -> None:
    stage.bench.write("lua/combat/typo.lua", "local M = {}\nM.x = = 1\nreturn M\n")
    body = 'function W:go()\n\trequire("combat.typo")\nend'
    message, where = stage.failure(body)
    assert message == (
        "error loading module 'combat.typo':\n\tlua/combat/typo.lua:2: unexpected symbol near '='"
    )
    assert (where["file"], where["line"]) == (stage.file(body), 2)


def test_modules_that_require_each_other_are_named_in_order(stage: Stage) -> None:
    stage.bench.write("lua/ring/a.lua", 'return require("ring.b")\n')
    stage.bench.write("lua/ring/b.lua", 'local a = require("ring.a")\nreturn a\n')
    message, where = stage.failure('local a = require("ring.a")')
    assert message == "modules require each other in a circle: ring.a -> ring.b -> ring.a"
    assert (where["file"], where["line"]) == ("lua/ring/b.lua", 1)


# Answers that are none.


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("function W:go() return end function W:apply() return false end",
         "apply(go) must return true, details? or nil, code, message; got false, nil"),
        ("function W:apply() return nil end",
         "apply(go) must return true, details? or nil, code, message; got nil, nil"),
        ("function W:metrics() return nil end", "metrics must return a table, got nil"),
        ("function W:metrics() return 5 end", "metrics must return a table, got 5"),
        ("function W:metrics() return { 1 } end",
         "metrics must return a table with names, got a list"),
        ("function W:metrics() return { f = print } end",
         "metrics.f: a function is no plain data"),
        ("function W:section() return 'x' end", 'section must return a table, got "x"'),
        ("function W:section() return { {} } end",
         "section must return a table with names, got a list"),
        ("function W:section() return self.options.list end",
         "section must return a table with names, got a list"),
        ("function W:section() local t = {} t.t = t return t end",
         "section NAME.t.t.t: nested more than 64 deep; plain data has no cycles"),
        ("function W:go() return print end", "details: a function is no plain data"),
    ],
)  # fmt: skip
def test_an_answer_of_the_wrong_kind_is_an_error_of_the_world(
    stage: Stage, body: str, message: str
) -> None:
    body = f"function W:go() end {body}"
    told, _ = stage.failure(body, world_options={"list": []})
    assert told == message.replace("NAME", stage.world(body))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("return 5", "world NAME: its module must return a table, got 5"),
        ("local x = 1", "world NAME: its module must return a table, got true"),
        ("return { new = function() end, metrics = print, apply = print, step = print }",
         "world NAME: new must return a table, got nil"),
    ],
)  # fmt: skip
def test_a_module_that_is_no_world_is_an_error_of_the_world(
    stage: Stage, text: str, message: str
) -> None:
    name = stage.world(text, is_whole=True)
    outcome = stage.bench.play(GO, world=name).outcome
    assert (outcome.status, outcome.message) == ("world_error", message.replace("NAME", name))


def test_a_deep_traceback_keeps_both_ends_and_is_made_at_once(stage: Stage) -> None:
    body = """
    local function down(n)
        if n == 0 then error("at the bottom") end
        return 1 + down(n - 1)
    end
    function W:go()
        down(15000)
    end
    """
    message, where = stage.failure(body)
    assert message == "at the bottom"
    file = stage.file(body)
    lines = where["traceback"].splitlines()
    assert lines[:2] == [f"{file}:3: in function 'down'", f"{file}:4: in function 'down'"]
    assert lines[19] == f"{file}:4: in function 'down'"
    assert lines[-2:] == [f"{file}:7: in function 'act'", f"{file}:1: in function 'apply'"]
    # 15,001 calls of `down` and the two around them; 30 are shown.
    assert (lines[20], len(lines)) == ("... 14973 more ...", 31)


def test_what_a_tostring_answers_must_be_a_text(stage: Stage) -> None:
    body = """
    function W:go()
        self.env.record:log("info", setmetatable({}, { __tostring = function() return {} end }))
    end
    """
    message, _ = stage.failure(body)
    assert "must return a string" in message


# An error about the manifest.

PICKY = """
function W:begin(env)
    if env.options.late then return end
    error({ message = "cooldown must be > 0, got -1", path = "config.tuning.cooldown" })
end
function W:go() error({ message = "no such way", path = "timeline[1].args.way" }) end
function W:wait()
    self.env.scheduler:after(0.1, function() error({ message = "late", path = 3 }) end)
end
"""
PICKY_MANIFEST = """\
metadata: {id: picky_%s, label: Picky}
world: %s
world_options: {late: %s}
config:
  engine: {}
  tuning:
    other: {deep: {er: 1}}
    cooldown: -1
timeline:
  - {at: 0, action: %s}
"""


def picky(stage: Stage, late: str, action: str) -> Finding:
    body = "W.describe = { config = { tuning = 'table?' } }\n" + PICKY
    bench = stage.bench
    text = PICKY_MANIFEST % (f"{action}_{late}", stage.world(body), late, action)
    path = bench.write(f"scenarios/{action}.yaml", text)
    (scenario,) = bench.harness.load([str(path)]).scenarios
    (result,) = bench.harness.run([scenario])
    assert result.verdict.passed is False
    found: Finding = result.verdict.findings[0]
    return found


def test_an_error_may_name_the_part_of_the_manifest_that_it_is_about(stage: Stage) -> None:
    finding = picky(stage, "false", "go")
    assert finding.where == Where(manifest="scenarios/go.yaml:8", path="config.tuning.cooldown")
    assert finding.check == "world_error"
    # The world's own line and traceback would lead away from it.
    assert finding.message == ("cooldown must be > 0, got -1 (while dispatching new, at 0.000 s)")


def test_an_error_in_apply_may_do_so_too(stage: Stage) -> None:
    finding = picky(stage, "true", "go")
    assert finding.where == Where(manifest="scenarios/go.yaml:10", path="timeline[1].args.way")
    assert finding.message == "no such way (while dispatching apply(go), at 0.000 s)"


def test_a_path_that_is_no_text_names_nothing(stage: Stage) -> None:
    finding = picky(stage, "true", "wait")
    assert finding.where == Where(manifest="scenarios/wait.yaml:1", path="")
    assert "late" in finding.message
