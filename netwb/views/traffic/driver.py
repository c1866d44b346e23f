"""`ChartDriver`: what a chart needs of its browser, which theme is on and a picture as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from panel.custom import JSComponent

from netwb.views.theme import Scheme

SCRIPT = Path(__file__).parent / "driver.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A word of a picture's key. `color`: "" of what no colour shows; `strength`: 0 to 1."""

    word: str
    color: str = ""
    strength: float = 1.0


class ChartDriver(JSComponent):
    """Draws nothing itself.

    on_scheme   called with "light" or "dark" once the page is drawn, and after each switch
    """

    _bundle: ClassVar[Path] = SCRIPT

    def __init__(self, on_scheme: Callable[[Scheme], None]) -> None:
        super().__init__(width=0, height=0, margin=0)  # type: ignore[no-untyped-call]  # Panel's is untyped
        self._on_scheme = on_scheme
        self.on_msg(self._received)

    def picture(self, name: str, said: Sequence[str] = (), key: Sequence[Sign] = ()) -> None:
        """Have the browser save the page's charts under that name, with those lines over them.

        key   what their colours mean
        """
        signs = [[sign.color, sign.strength, sign.word] for sign in key]
        self._send_msg({"picture": name, "said": list(said), "key": signs})

    def _received(self, event: Any) -> None:
        said = event.data if isinstance(event.data, dict) else {}
        if said.get("scheme") in ("light", "dark"):
            self._on_scheme(said["scheme"])
