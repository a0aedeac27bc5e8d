"""`run-harness --watch`: what the rounds of watch mode are tied to, a terminal and signals.

What a round does is said in `rounds`, when there is one in `watch.loop`.
"""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from engine_harness.cli.keys import Keyboard
from engine_harness.cli.output import note
from engine_harness.cli.rounds import WatchRounds
from engine_harness.watch.loop import Inbox, watch
from engine_harness.watch.observer import POLL_S, Observer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_harness.cli.request import RunRequest

__all__ = ["watch_session"]

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that end the watch as Ctrl-C does, so that nothing is left behind."""


def watch_session(request: RunRequest) -> int:
    """Run what `request` asks for, and again what each change affects; return the exit code.

    Raises:
        UsageError, ManifestError: the project cannot be opened; later that is told, and waited for
            the next change.
    """
    inbox = Inbox()
    observer = Observer(inbox.touched, note, is_polling=request.poll)
    with ExitStack() as stack:
        stack.enter_context(_ended_by_signals())
        try:
            rounds = stack.enter_context(WatchRounds(request))
            stack.callback(observer.close)
            keyboard = stack.enter_context(Keyboard(inbox.pressed))
            how = f"looking every {POLL_S:g} s" if request.poll else "told by the system"
            keys = "a runs all, f the failed ones, q quits" if keyboard.is_there else "Ctrl-C ends"
            note(f"watching {rounds.folders} ({how}); {keys}")
            watch(rounds, inbox, observer)
        except KeyboardInterrupt:
            # Whoever ends it a second time does not wait for the tidying up.
            pass
    note("watch ended")
    return 0


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    before = {}
    for number in _ENDING:
        # Who has been told to ignore one, as by nohup, goes on ignoring it.
        if signal.getsignal(number) == signal.SIG_DFL:
            before[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
