"""A Gatherer that plays recorded answers, for the tests of whatever stands on a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from netwb.collect.gather import Gathered
from netwb.collect.sink import Sink
from netwb.configs.records import RawConfig
from netwb.errors import NetwbError, UnreachableError
from netwb.inventory.records import ConfigKind, Facts, Target


class ReplayGatherer:
    """Answers by device id; a device without an answer is unreachable.

    between     called before each device, so that a test can act in the middle of a run
    """

    def __init__(
        self,
        answers: Mapping[str, Gathered | NetwbError],
        *,
        host_keys: Mapping[str, str] | None = None,
        between: Callable[[Target], None] = lambda _: None,
    ) -> None:
        self.answers = dict(answers)
        self._host_keys = host_keys or {}
        self._between = between

    def gather(self, targets: Sequence[Target], sink: Sink) -> None:
        """In the order of the targets, at once."""
        for target in targets:
            self._between(target)
            if target.device_id in self._host_keys:
                sink.first_key(target, self._host_keys[target.device_id])
            unknown = UnreachableError(f"{target.hostname}: nothing was recorded for it")
            sink.done(target, self.answers.get(target.device_id, unknown))


def recorded(
    text: bytes,
    *,
    prompt: bytes,
    command: str = "show running-config",
    kind: ConfigKind = "running",
    facts: Facts | None = None,
) -> Gathered:
    """One text as a device would have sent it: echo, text with CR LF, prompt."""
    wire = command.encode() + b"\r\n" + text.replace(b"\n", b"\r\n")
    raw = RawConfig(kind=kind, command=command, transcript=wire, prompt=prompt)
    return Gathered(running=raw, startup=None, facts=facts or Facts())
