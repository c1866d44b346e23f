"""Judge a shard's files before anybody is told of them: by netwb's own checks, and by Telegraf's.

Its program is asked where it is there: `config check` of all files as they would be, and a `--test` of
one device a profile, for what no check of a text can find.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from netwb.errors import TelegrafError
from netwb.telegraf.checks import check_texts, has_output, refuse_findings
from netwb.telegraf.folder import ShardFolder, on_disk
from netwb.telegraf.program import Telegraf
from netwb.telegraf.records import AGENT_FILE, DEVICES_FOLDER, NO_PROGRAM, ShardFiles

NO_OUTPUT = (
    "no file has an output: Telegraf does not start; set metrics.url, or add a snippet of yours"
)
_MOST_NAMED = 5  # devices of one cause
_TRIED_WITH = '[agent]\n  omit_hostname = true\n  snmp_translator = "gosmi"\n\n'


def refuse_unread(files: ShardFiles) -> None:
    """Raises TelegrafError where devices would be asked no longer, as a secret cannot be read now."""
    unread: dict[str, list[str]] = {}
    for one in files.unasked:
        if one.unread:
            unread.setdefault(one.reason, []).append(f"{one.tenant}/{one.hostname}")
    if unread:
        causes = "; ".join(f"{_named(names)}: {reason}" for reason, names in unread.items())
        msg = (
            f"shard {files.shard.name} is left as it is, for these would be asked by SNMP no longer:"
            f" {causes}; or give what netwb is to use with `netwb credential set`"
        )
        raise TelegrafError(msg)


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


class Judge:
    """Judges one shard's files.

    live    its folder, which has the operators' own
    aside   a folder beside it, where Telegraf sees all files as they would be
    """

    def __init__(
        self, files: ShardFiles, live: ShardFolder, aside: Path, telegraf: Telegraf
    ) -> None:
        self._files = files
        self._live = live
        self._view = aside / "viewed"
        self._telegraf = telegraf

    def warnings(self) -> tuple[str, ...]:
        """For a person to read; raises TelegrafError where the files are not fit for use."""
        snippets = self._live.snippets()
        samples = {f"{one.name} ({one.profile})": one.text for one in self._files.samples}
        agent = {AGENT_FILE: self._files.texts[AGENT_FILE]}
        refuse_findings(check_texts({**agent, **snippets, **samples}))
        said = () if has_output({**agent, **snippets}) else (NO_OUTPUT,)
        if not self._telegraf.is_there:
            return (*said, NO_PROGRAM)
        try:
            self._show(snippets)
            self._telegraf.check(self._view, self._files.environment)
            return (*said, *self._tried())
        finally:
            shutil.rmtree(self._view, ignore_errors=True)

    def _show(self, snippets: Mapping[str, str]) -> None:
        shutil.rmtree(self._view, ignore_errors=True)
        with on_disk(self._view):
            (self._view / DEVICES_FOLDER).mkdir(mode=0o700, parents=True)
            for name, text in self._files.texts.items():
                (self._view / name).write_text(text, "utf-8")
            for name in snippets:
                (self._view / name).symlink_to(self._live.path / name)

    def _tried(self) -> tuple[str, ...]:
        if not self._files.samples:
            return ()
        file = self._view / "test.conf"
        text = _TRIED_WITH + "\n".join(one.text for one in self._files.samples)
        with on_disk(file):
            file.write_text(text, "utf-8")
        tried = self._telegraf.test(file, self._files.environment)
        if tried.wrong:
            msg = f"Telegraf would stumble over the new files: {tried.wrong[0]}; mend that first"
            raise TelegrafError(msg)
        return tuple(f"a device that was tried did not answer: {one}" for one in tried.silent)
