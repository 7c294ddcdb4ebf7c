"""Stop a call that runs too long, whatever it is doing in Python."""

import ctypes
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 0.05  # seconds between two tries, for a call that catches what it is sent


class DeadlineExceeded(BaseException):
    """Raised inside the call that took too long. Not an Exception: `except Exception` must not swallow it."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise DeadlineExceeded in the body after `seconds`, and again every 50 ms while it is being caught.

    A call into C (one enormous matrix product) is stopped when it returns. What cannot be stopped: on another
    thread, or on Windows, a loop that catches everything around a sleep; on the main thread, one that does so twice.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    timer = _alarm if on_main_thread and hasattr(signal, "setitimer") else _watchdog
    with timer(seconds):
        yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def expire(signum, frame):
        if caught:
            _trap(frame, outside)
        caught.append(frame.f_lineno)
        raise DeadlineExceeded

    caught, outside = [], set(_stack(sys._getframe()))
    tracer = sys.gettrace()
    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # once more: an alarm may have struck on the way out
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if len(caught) > 1:
            sys.settrace(tracer)


def _trap(frame: FrameType, outside: set[FrameType]) -> None:
    """A bare `except:` swallows what its `try` raises, not what its own body does: raise on the next line too."""

    def raise_again(frame, event, argument):
        if event == "line":
            raise DeadlineExceeded
        return raise_again

    for caller in _stack(frame):
        if caller in outside:
            break
        caller.f_trace = raise_again
    sys.settrace(lambda *event: None)  # line events come only while some tracer is set


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


@contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    """Windows, or a thread that is not the main one: a second thread sends the exception."""
    learner, armed, done = ctypes.c_ulong(threading.get_ident()), threading.Event(), threading.Event()
    send = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch():
        armed.wait()
        wait = seconds
        while not done.wait(wait):
            send(learner, ctypes.py_object(DeadlineExceeded))
            wait = AGAIN

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        try:
            armed.set()  # only now: struck inside start(), the learner's thread would wait for ever
            yield
        finally:
            done.set()
    finally:  # once more: the exception may have struck on the way out
        done.set()
        watcher.join()
        send(learner, None)  # what was sent and has not struck yet
