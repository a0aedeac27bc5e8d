"""`run-harness --watch`: what the rounds of watch mode are tied to, a terminal and signals.

What a round does is said in `rounds`, when there is one in `watch.loop`.
"""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from engine_harness.cli.keys import Keyboard
from engine_harness.cli.output import note
from engine_harness.cli.rounds import WatchRounds
from engine_harness.watch.loop import Inbox, watch
from engine_harness.watch.observer import POLL_S, Observer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from engine_harness.cli.request import RunRequest

__all__ = ["watch_session"]

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that end the watch, Ctrl-C the first, so that nothing is left behind."""


def watch_session(request: RunRequest) -> int:
    """Run what `request` asks for, and again what each change affects; return the exit code.

    Raises:
        UsageError, ManifestError: the project cannot be opened; later that is told, and waited for
            the next change.
    """
    inbox = Inbox()
    observer = Observer(inbox.touched, note, is_polling=request.poll)

    def pressed(key: str) -> None:
        inbox.pressed(key)
        if key == "q":
            # In the middle of a round too, as Ctrl-C does.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with ExitStack() as stack:
        stack.enter_context(_ended_by_signals())
        stack.callback(observer.close)
        keyboard = stack.enter_context(Keyboard(pressed))
        how = f"looking every {POLL_S:g} s" if request.poll else "told by the system"
        keys = "a runs all, f the failed ones, q quits" if keyboard.is_there else "Ctrl-C ends"
        rounds = stack.enter_context(WatchRounds(request, f"({how}); {keys}"))
        watch(rounds, inbox, observer)
    note("watch ended")
    return 0


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """End what is inside at the first signal.

    Whatever comes after it is ignored, to the end of the process: tidying up is quick.
    """
    has_ended = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal has_ended
        has_ended = True
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    # Who has been told to ignore one, as by nohup, goes on ignoring it.
    before = {
        number: handler
        for number in _ENDING
        if (handler := signal.getsignal(number)) in (signal.SIG_DFL, signal.default_int_handler)
    }
    for number in before:
        signal.signal(number, end)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        if not has_ended:
            for number, handler in before.items():
                signal.signal(number, handler)
