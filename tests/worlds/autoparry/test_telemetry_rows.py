"""The telemetry's promise: every frame counts, few are kept, and which ones follows from a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Probe

    Take = Callable[..., dict[str, Any]]

# `frames` is a list of frame numbers, or `{number, clock}`; of `live` threats, number i is at
# (number of the frame, i, 100) and flies along z; the first of them has gone after `gone` frames.
PROBE = """
local Frames = require("worlds.autoparry.telemetry")
local Probe = {}

local function threats_at(number, live, first)
	local threats = {
		count = live, order = {}, id = {}, px = {}, py = {}, pz = {}, vx = {}, vy = {}, vz = {},
		in_contact = {},
	}
	for index = 1, live do
		local slot = live + 1 - index
		threats.order[index] = slot
		threats.id[slot] = "t" .. (first + index - 1)
		threats.px[slot], threats.py[slot], threats.pz[slot] = number, first + index - 1, 100
		threats.vx[slot], threats.vy[slot], threats.vz[slot] = 0, 0.5, -240
		threats.in_contact[slot] = index == 2
	end
	return threats
end

function Probe.take(row_limit, projectile_limit, list, live, ahead_s, gone)
	local frames = Frames.new(row_limit, projectile_limit)
	local now_s = 0
	for index, entry in ipairs(list) do
		local number = type(entry) == "table" and entry[1] or entry
		now_s = type(entry) == "table" and entry[2] or number / 240
		local first = gone and index > gone and 2 or 1
		frames:take(now_s, number, threats_at(number, live, first), ahead_s)
	end
	return frames:section(now_s, "Player", function() return {} end)
end

function Probe.garbage(frames_count)
	local frames, threats = Frames.new(600, 16), threats_at(0, 20, 1)
	for number = 0, frames_count - 1 do
		frames:take(number / 240, number, threats, 0)
	end
	return frames:section(0, "Player", function() return {} end).sampling
end

return Probe
"""


@pytest.fixture(scope="module")
def frames(probe_of: Callable[..., Probe]) -> Probe:
    return probe_of("telemetry_rows", PROBE)


@pytest.fixture(scope="module")
def take(frames: Probe) -> Take:

    def call(
        numbers: list[Any],
        *,
        rows: int = 600,
        projectiles: int = 16,
        live: int = 1,
        ahead_s: float = 0,
        gone: int | None = None,
    ) -> dict[str, Any]:
        section = frames("take", rows, projectiles, numbers, live, ahead_s, gone)
        assert isinstance(section, dict)
        return section

    return call


def kept_frames(section: dict[str, Any]) -> list[int]:
    """The numbers of the rows, as a sample shows them."""
    return [step["projectiles"][0]["position"]["x"] for step in section["steps"]]


def expected_rows(frames: list[int], limit: int) -> tuple[int, list[int]]:
    """The rule, said another way: the smallest power of two that leaves few enough rows."""
    stride = 1
    while True:
        kept = [number for number in frames if number % stride == 0]
        kept += [] if kept and kept[-1] == frames[-1] else [frames[-1]]
        if len(kept) <= limit:
            return stride, kept
        stride *= 2


def test_every_frame_is_a_row_while_there_is_room(take: Take) -> None:
    section = take([0, 1, 2, 3], rows=4)
    assert kept_frames(section) == [0, 1, 2, 3]
    assert [step["t"] for step in section["steps"]] == [0, 1 / 240, 2 / 240, 3 / 240]
    assert section["now"] == 3 / 240
    assert section["sampling"] == {
        "framesTotal": 4,
        "rowsKept": 4,
        "stride": 1,
        "rowLimit": 4,
        "projectileLimit": 16,
        "projectileSamplesTotal": 4,
        "projectileSamplesKept": 4,
    }


@pytest.mark.parametrize("rows", [2, 3, 4, 5, 7, 8, 600])
@pytest.mark.parametrize("last", [1, 4, 5, 7, 8, 9, 31, 32, 33, 100])
def test_rows_are_those_of_the_stride_and_the_last(take: Take, rows: int, last: int) -> None:
    frames = list(range(last + 1))
    section = take(frames, rows=rows)
    stride, kept = expected_rows(frames, rows)
    assert (section["sampling"]["stride"], kept_frames(section)) == (stride, kept)
    assert section["sampling"]["rowsKept"] == len(kept) <= rows
    assert section["sampling"]["framesTotal"] == last + 1


def test_frames_that_a_stall_has_swallowed_are_no_rows(take: Take) -> None:
    frames: list[Any] = [0, 1, 2, [45, 45.2 / 240], 46, 47, 48, 64, 65]
    numbers = [entry if isinstance(entry, int) else entry[0] for entry in frames]
    section = take(frames, rows=4)
    stride, kept = expected_rows(numbers, 4)
    assert (section["sampling"]["stride"], kept_frames(section)) == (stride, kept)


def test_frames_of_one_number_never_fill_the_rows(take: Take) -> None:
    section = take([[0, index / 1_000_000] for index in range(50)], rows=4)
    assert section["sampling"]["framesTotal"] == 50
    assert section["sampling"]["rowsKept"] <= 4
    assert section["steps"][0]["t"] == 0
    assert section["steps"][-1]["t"] == 49 / 1_000_000


def test_a_row_holds_the_oldest_threats_and_counts_all(take: Take) -> None:
    section = take([0, 1, 2], projectiles=2, live=5, gone=2)
    names = [[sample["name"] for sample in step["projectiles"]] for step in section["steps"]]
    assert names == [["t1", "t2"], ["t1", "t2"], ["t2", "t3"]]
    assert section["sampling"]["projectileSamplesTotal"] == 15
    assert section["sampling"]["projectileSamplesKept"] == 6


def test_samples_stay_with_their_row_when_others_are_dropped(take: Take) -> None:
    section = take(list(range(41)), rows=5, live=3)
    for step in section["steps"]:
        number = round(step["t"] * 240)
        assert step["projectiles"] == [
            {
                "name": f"t{index}",
                "position": {"x": number, "y": index, "z": 100},
                "velocity": {"x": 0, "y": 0.5, "z": -240},
                "contact": index == 2,
            }
            for index in (1, 2, 3)
        ]


def test_off_the_grid_positions_run_ahead_of_the_physics(take: Take) -> None:
    (step,) = take([[3, 0.0135]], ahead_s=0.001)["steps"]
    assert step["t"] == 0.0135
    assert step["projectiles"][0]["position"] == {"x": 3, "y": 1.0005, "z": 99.76}


def test_the_player_stands_in_each_row(take: Take) -> None:
    section = take([0, 1], live=0, projectiles=0)
    rest = {"x": 0, "y": 0, "z": 0}
    for step in section["steps"]:
        assert step["agents"] == [{"name": "Player", "position": rest, "velocity": rest}]


def test_a_long_run_keeps_few_rows(frames: Probe) -> None:
    assert frames("garbage", 5000) == {
        "framesTotal": 5000,
        "rowsKept": 314,
        "stride": 16,
        "rowLimit": 600,
        "projectileLimit": 16,
        "projectileSamplesTotal": 100_000,
        "projectileSamplesKept": 314 * 16,
    }
