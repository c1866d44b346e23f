#!/usr/bin/python3 -IS
"""Tell netwb of FastNetMon's alarms. One file, standard library alone, Python 3.6 and newer.

As FastNetMon's notify script, in either edition:
  netwb_notify.py IP DIRECTION PPS ACTION     Community: its report on stdin
  netwb_notify.py [ACTION IP]                 Advanced: its JSON on stdin

By hand, or from cron:
  netwb_notify.py --test     send a signed test; netwb answers it and does nothing
  netwb_notify.py --drain    send what waits in the spool; exit status 1 where something still does
  netwb_notify.py --help, --version
  with --config FILE before it, or in NETWB_NOTIFY_CONFIG; else /etc/netwb_notify.ini:

  [netwb]
  url = https://netwb.example.net:5006     where netwb is
  sender = fnm1                            the name that `netwb sender add` was given
  key = file:/etc/netwb_notify.key         what it showed; or env:NAME
  ca_file =                                whom to trust; empty: the system's authorities
  tls_name =                               the certificate's name, where url has another one
  spool = /var/spool/netwb_notify          keeps events until netwb has them; made if missing
  spool_events = 1000                      at most; the oldest goes first
  spool_mb = 16                            at most
  log = syslog                             or stderr, or a file
  retry_s = 600                            how long a call tries before it leaves an event there
  try_s = 10                               how long one try may take
  detach = yes                             no: FastNetMon waits until netwb has it
  allow_http = no                          yes: also without TLS, beyond this machine

Each of them may come from the environment, as NETWB_NOTIFY_URL and so on.

A call puts its event into the spool, returns, and sends from a process of its own, in order, each
try signed anew (Standard Webhooks 1.0) and under the same id, so that netwb knows what it has.
Exit status: 0 taken over, 1 something waits or was refused, 2 wrong usage or settings.
"""

import base64
import binascii
import configparser
import contextlib
import errno
import fcntl
import hashlib
import hmac
import http.client
import ipaddress
import json
import os
import re
import select
import signal
import socket
import ssl
import stat
import sys
import syslog
import time
from datetime import datetime, timezone
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Set, Tuple
from urllib.parse import urlsplit

VERSION = "1"
Event = Dict[str, Any]
PLACE = "/api/v1/fastnetmon/events"
CONFIG_FILE = "/etc/netwb_notify.ini"
ENVIRONMENT = "NETWB_NOTIFY_"
DEFAULTS = {
    "url": "",
    "sender": "",
    "key": "",
    "ca_file": "",
    "tls_name": "",
    "spool": "/var/spool/netwb_notify",
    "spool_events": "1000",
    "spool_mb": "16",
    "log": "syslog",
    "retry_s": "600",
    "try_s": "10",
    "detach": "yes",
    "allow_http": "no",
}
NUMBERS = {
    "spool_events": (1, 100000),
    "spool_mb": (1, 10000),
    "retry_s": (0, 86400),
    "try_s": (1, 120),
}
SWITCHES = ("detach", "allow_http")

ACTIONS = ("ban", "unban", "attack_details", "attack_status", "partial_block", "partial_unblock")
LESSER = ("attack_details", "attack_status")  # nobody acts on these: they leave a full spool first
BODY_MOST = 60 * 1024  # bytes; netwb takes 64 kB
REPORT_MOST = 30000  # characters
STDIN_MOST = 1024 * 1024  # bytes that are kept; more is read, so that FastNetMon can write on
STDIN_S = 2.0  # FastNetMon writes at once
ANSWER_MOST = 4096  # bytes
PAUSE_FIRST_S, PAUSE_MOST_S, LOOK_S = 0.5, 5.0, 0.2
LOCK_S = 1.0  # a writer holds its lock for milliseconds
SILENT_S = 300.0  # a sender that gave no sign for so long is hung, and waited for no more
DIED_S = 60.0  # what a writer has not finished by then, it never will

OCTETS_PER_MBPS = 125000  # the report has Mbit/s, Advanced bytes a second
UNITS = {"mbps": OCTETS_PER_MBPS, "packets per second": 1, "flows per second": 1}
REPORT_LINE = re.compile(r"([A-Z][A-Za-z ]{1,60}): (.{1,60}?) *")
FIGURE = re.compile(r"([0-9]{1,15}) (.*)")
REPORT_LINES = 60
SPOOLED = re.compile(r"([0-9]{20})-([a-z_]{1,20})-(msg_[0-9a-f]{24})\.json")

# Until 3.7 a bad certificate was no OSError; a name that cannot be one never is.
FAILURES = (OSError, http.client.HTTPException, ssl.CertificateError, UnicodeError)
TAKEN, REFUSED, LATER, UNREACHABLE = "taken", "refused", "later", "unreachable"
STRANGER = 401  # netwb does not know who signed
HAS_IT = 409  # netwb knows the id
WRONG_MESSAGE = (400, 413, 415, 422)  # sent again it would be as wrong
WRONG_WAY = (502, 503, 504)  # what stands before netwb answers


class Trouble(Exception):
    """Why it does not go on; one sentence."""


class OutOfTime(Exception):
    """The time of one try is over."""


def one_line(text: str, most: int = 300) -> str:
    """Without what would begin a new line of a log or paint a terminal."""
    shown = "".join(one if one.isprintable() else "?" for one in text[:most])
    return shown.encode("utf-8", "replace").decode("utf-8")


def now_text() -> str:
    """RFC 3339, in milliseconds."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


# Settings


class Config:
    """What the file and the environment say.

    troubles   why nothing can be sent by them
    warnings   what is wrong, and goes by its default
    """

    def __init__(
        self, values: Dict[str, str], warnings: List[str], environment: Mapping[str, str]
    ) -> None:
        self.environment = environment
        self.values = dict(DEFAULTS, **values)
        self.troubles = []  # type: List[str]
        self.warnings = list(warnings)
        self.numbers = {name: self._number(name) for name in NUMBERS}
        self.switches = {name: self._switch(name) for name in SWITCHES}
        self.target = self._part(self._read_target)
        self.key = self._part(self._read_key)
        self._part(self._check_sender)

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def _part(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except Trouble as trouble:
            self.troubles.append(str(trouble))
            return None

    def _number(self, name: str) -> int:
        least, most = NUMBERS[name]
        text = self[name]
        if re.match(r"[0-9]{1,6}\Z", text) and least <= int(text) <= most:
            return int(text)
        self.warnings.append("%s is no number from %d to %d" % (name, least, most))
        return int(DEFAULTS[name])

    def _switch(self, name: str) -> bool:
        if self[name] not in ("yes", "no"):
            self.warnings.append(f"{name} is neither yes nor no")
            return DEFAULTS[name] == "yes"
        return self[name] == "yes"

    def _check_sender(self) -> None:
        if not re.match(r"[A-Za-z0-9._/-]{1,128}\Z", self["sender"]):
            raise Trouble(
                "sender is not set, or no name; write the one given to `netwb sender add`"
            )

    def _read_target(self) -> Tuple[str, str, int, str]:
        """Scheme, host, port, path."""
        url = self["url"]
        if not url:
            raise Trouble("url is not set; write netwb's, as https://netwb.example.net:5006")
        try:
            parts = urlsplit(url)
            port = parts.port or {"https": 443, "http": 80}[parts.scheme]
        except (ValueError, KeyError):
            raise Trouble("url is not of the form https://HOST:PORT") from None
        plain = all("!" <= letter <= "~" for letter in url)
        if not parts.hostname or parts.username is not None or parts.fragment or not plain:
            raise Trouble("url is not of the form https://HOST:PORT, without a login")
        if parts.scheme == "http" and not (self.switches["allow_http"] or is_here(parts.hostname)):
            raise Trouble(
                "url goes without TLS to another machine; write https, or allow_http = yes"
            )
        path = parts.path if parts.path.strip("/") else PLACE
        query = "?" + parts.query if parts.query else ""
        return parts.scheme, parts.hostname, port, path + query

    def _read_key(self) -> bytes:
        kind, _, place = self["key"].partition(":")
        if kind == "file":
            text = self._key_file(place)
        elif kind == "env":
            text = self.environment.get(place, "")
        else:
            raise Trouble(
                "key is not of the form file:PATH or env:NAME; a key itself stands nowhere else"
            )
        try:
            key = base64.b64decode(text.strip().replace("whsec_", "", 1), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not 24 <= len(key) <= 64:
            raise Trouble(
                "{} holds no key; write what `netwb sender add` showed into it".format(self["key"])
            )
        return key

    def _key_file(self, path: str) -> str:
        try:
            with open(path, encoding="ascii", errors="replace") as file:
                if os.fstat(file.fileno()).st_mode & 0o077:
                    self.warnings.append(f"others may read the key; `chmod 0600 {path}` ends that")
                return file.read(1000)
        except OSError as error:
            raise Trouble(f"the key {path} cannot be read: {error.strerror}") from error

    def require(self) -> None:
        """Raise Trouble where nothing can be sent."""
        if self.troubles:
            raise Trouble("; ".join(self.troubles))


def is_here(host: str) -> bool:
    """Whether that is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_borrowed() -> bool:
    """Whether another user lent its rights: who calls chooses neither settings nor files then."""
    return os.getuid() != os.geteuid() or os.getgid() != os.getegid()


def load_config(path: Optional[str], environment: Mapping[str, str]) -> Config:
    """The file's settings, and the environment's over them. It never raises."""
    warnings = []
    values = {}  # type: Dict[str, str]
    named = path or environment.get(ENVIRONMENT + "CONFIG")
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";", "#"))
    try:
        with open(named or CONFIG_FILE, encoding="utf-8") as file:
            parser.read_file(file)
        values.update(parser["netwb"])
    except OSError as error:
        if named or error.errno != errno.ENOENT:
            warnings.append(f"{named or CONFIG_FILE} cannot be read: {error.strerror}")
    except (configparser.Error, KeyError, ValueError):
        warnings.append("%s is no INI file with a section [netwb]" % (named or CONFIG_FILE))
    for name in DEFAULTS:
        if ENVIRONMENT + name.upper() in environment:
            values[name] = environment[ENVIRONMENT + name.upper()]
    unknown = sorted(set(values) - set(DEFAULTS))
    if unknown:
        warnings.append("there is no setting {}".format(one_line(", ".join(unknown))))
    known = {name: values[name].strip() for name in values if name in DEFAULTS}
    return Config(known, warnings, environment)


class Log:
    """Syslog, stderr or a file; whatever happens to it, the work goes on."""

    def __init__(self, where: str, *, aloud: bool) -> None:
        self.where, self.aloud = where, aloud
        self.said = set()  # type: Set[str]

    def say(self, text: str, priority: int = syslog.LOG_WARNING) -> None:
        """One line; the same one is said once."""
        line = one_line(text, 1000)
        if line in self.said:
            return
        self.said.add(line)
        with contextlib.suppress(OSError, ValueError):
            if self.aloud or self.where == "stderr":
                os.write(2, ("netwb_notify: " + line + "\n").encode("utf-8", "replace"))
            if self.where == "syslog":
                syslog.openlog("netwb_notify", syslog.LOG_PID, syslog.LOG_DAEMON)
                syslog.syslog(priority, line)
                syslog.closelog()  # its number may be another file's after a fork
            elif self.where != "stderr":
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
                file = os.open(self.where, flags, 0o600)
                try:
                    os.write(file, (f"{now_text()} {line}\n").encode("utf-8", "replace"))
                finally:
                    os.close(file)


# What FastNetMon said


def read_stdin() -> bytes:
    """All of stdin, within a time and never from a terminal; its end may be cut."""
    chunks, kept = [], 0
    end = time.monotonic() + STDIN_S
    with contextlib.suppress(OSError, ValueError):
        while not os.isatty(0):
            if not select.select([0], [], [], max(0.0, end - time.monotonic()))[0]:
                break
            chunk = os.read(0, 65536)
            if not chunk:
                break
            if kept < STDIN_MOST:
                chunks.append(chunk)
                kept += len(chunk)
    return b"".join(chunks)[:STDIN_MOST]


def event_of(arguments: List[str], observed_at: str) -> Event:
    """The event of one call, in Advanced's shape. Raises Trouble where there is none."""
    if len(arguments) >= 4 and arguments[3] in ACTIONS:
        event = community_event(arguments)
    elif not arguments or arguments[0] in ACTIONS:
        event = advanced_event(arguments)
    else:
        raise Trouble(
            "the arguments are neither IP DIRECTION PPS ACTION nor ACTION IP: {}".format(
                one_line(" ".join(arguments))
            )
        )
    event["observed_at"] = observed_at
    return event


def community_event(arguments: List[str]) -> Event:
    """The arguments are what counts; the report's own address never does."""
    address, direction, pps, action = arguments[:4]
    host = host_of(address)
    if host is None or not re.match(r"[0-9]{1,18}\Z", pps):
        raise Trouble(
            "FastNetMon gave no host or no rate, so netwb is told nothing: {}".format(
                one_line(" ".join(arguments))
            )
        )
    # An unban has no report: its stdin is FastNetMon's own.
    report = "" if action == "unban" else plain_text(read_stdin())
    details = figures_of(report)
    manual = direction not in ("incoming", "outgoing")
    details["attack_direction"] = "other" if manual else direction
    details["attack_detection_source"] = "manual" if manual else "automatic"
    details["initial_attack_power"] = int(pps)
    event = {"ip": host, "action": action, "alert_scope": "host", "attack_details": details}
    if report:
        event["report"] = report
    return event


def advanced_event(arguments: List[str]) -> Event:
    """The JSON as it is; the arguments alone, where it cannot be read."""
    try:
        event = json.loads(read_stdin().decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        event = None
    if isinstance(event, dict) and event.get("action") in ACTIONS:
        return event
    host = host_of(arguments[1]) if len(arguments) > 1 else None
    if host is None:
        raise Trouble("FastNetMon gave neither a JSON event on stdin nor ACTION IP as arguments")
    return {"ip": host, "action": arguments[0]}


def host_of(text: str) -> Optional[str]:
    """One host's address as it is written shortest; None: it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if address.is_unspecified else str(address)


def plain_text(data: bytes) -> str:
    """Bytes as text that can be signed, stored and shown."""
    text = data[: 4 * REPORT_MOST].decode("utf-8", "replace")
    return "".join(one if one.isprintable() or one in "\n\t" else "?" for one in text)


def figures_of(report: str) -> Event:
    """Type, protocol and counters of the report's first lines, by Advanced's names."""
    figures = {}  # type: Event
    for line in report.split("\n", REPORT_LINES)[:REPORT_LINES]:
        found = REPORT_LINE.fullmatch(line)
        if not found:
            continue
        name, value = found.group(1).lower().replace(" ", "_"), found.group(2)
        number = FIGURE.fullmatch(value)
        if number and number.group(2) in UNITS:
            figures[name] = int(number.group(1)) * UNITS[number.group(2)]
        elif name in ("attack_type", "attack_protocol"):
            figures[name] = value
    return figures


def body_of(event: Event) -> bytes:
    """The JSON that is signed: what is long in it is left out or cut until netwb takes it."""
    kept = dict(event)
    report = kept.get("report", "")[:REPORT_MOST] if isinstance(kept.get("report"), str) else ""
    if report:
        kept["report"] = report
    essential = ("ip", "action", "alert_scope", "hostgroup_name", "attack_details", "observed_at")
    for step in (
        "",
        "packet_dump_detailed",
        "packet_dump",
        "flow_spec_rules",
        "report",
        "rest",
        "all",
    ):
        if step == "rest":
            kept = {name: kept[name] for name in essential if name in kept}
        elif step == "all":
            kept = {
                name: kept[name] for name in essential if name in kept and name != "attack_details"
            }
        else:
            kept.pop(step, None)
            if step == "report" and report:
                kept["report"] = report[: REPORT_MOST // 4]
        try:
            body = json.dumps(kept, separators=(",", ":"), allow_nan=False).encode("ascii")
        except (ValueError, RecursionError):
            continue
        if len(body) <= BODY_MOST:
            return body
    raise Trouble("the event is too large, and nothing of it can be left out")


# Spool


class Spool:
    """A folder of events, a file each, named by their order. Any number of calls may share it."""

    def __init__(self, folder: str, events_most: int, bytes_most: int) -> None:
        self.folder, self.events_most, self.bytes_most = folder, events_most, bytes_most
        self.gone = set()  # type: Set[str]  # a disk may refuse that they go: once is enough

    def open(self) -> None:
        """Make it where it is missing. Raises Trouble where others could write into it."""
        try:
            os.makedirs(self.folder, 0o700, exist_ok=True)
            found = os.stat(self.folder)
        except OSError as error:
            raise Trouble(f"the spool {self.folder} cannot be used: {error.strerror}") from error
        if found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise Trouble(f"the spool {self.folder} is not this user's alone; nothing is put there")

    def waiting(self) -> List[str]:
        """Names of the events that wait, in order."""
        try:
            found = [name for name in os.listdir(self.folder) if SPOOLED.match(name)]
        except OSError:
            return []
        return sorted(set(found) - self.gone)

    def has_only(self, names: Set[str]) -> bool:
        """Whether nothing waits but these."""
        return not set(self.waiting()) - names

    def put(self, action: str, body: bytes, log: Log) -> None:
        """Keep an event; whoever reads sees all of it or nothing. Raises Trouble."""
        self.open()
        try:
            with self._lock("writing", LOCK_S):
                self._clear_leftovers()
                names = self._with_room(len(body), log)
                number = int(time.time() * 1000000000)
                if names:  # a clock that was put back does not change the order
                    number = max(number, parts_of(names[-1])[0] + 1)
                word = action if action in ACTIONS else "other"
                self._write("%020d-%s-%s.json" % (number, word, new_id()), body)
        except OSError as error:
            raise Trouble(f"the spool {self.folder} takes no event: {error.strerror}") from error

    def read(self, name: str) -> Optional[bytes]:
        """An event's body; None: it went, or cannot be read now; b"": it is none."""
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            with os.fdopen(os.open(self._path(name), flags), "rb") as file:
                found = os.fstat(file.fileno())
                own = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
                body = file.read(BODY_MOST + 1) if own else b""
        except OSError as error:
            return b"" if error.errno == errno.ELOOP else None  # a link is nothing of ours
        return body if subject_of(body) and len(body) <= BODY_MOST else b""

    def drop(self, name: str) -> None:
        """It is done with."""
        self.gone.add(name)
        with contextlib.suppress(OSError):
            os.unlink(self._path(name))

    def settle(self, name: str) -> None:
        """Have it on the disk itself, as it has to wait."""
        with contextlib.suppress(OSError):
            for path in (self._path(name), self.folder):
                file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
                try:
                    os.fsync(file)
                finally:
                    os.close(file)

    @contextlib.contextmanager
    def sending(self) -> Iterator[Optional[Callable[[], None]]]:
        """One call at a time sends; the others get None. A hung one is not waited for."""
        with self._lock("sending", 0.0) as (file, ours):
            if not ours and time.time() - os.fstat(file).st_mtime < SILENT_S:
                yield None
            else:
                yield lambda: os.utime(file)

    @contextlib.contextmanager
    def _lock(self, word: str, wait_s: float) -> Iterator[Tuple[int, bool]]:
        """The open file, and whether it is ours by the end of the wait."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        file = os.open(os.path.join(self.folder, f".{word}.lock"), flags, 0o600)
        try:
            end = time.monotonic() + wait_s
            ours = False
            while not ours:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    ours = True
                except BlockingIOError:
                    if time.monotonic() >= end:
                        break
                    time.sleep(0.005)
            yield file, ours
        finally:
            os.close(file)

    def _with_room(self, size: int, log: Log) -> List[str]:
        """Names that stay once there is room for one more of that size."""
        names = self.waiting()
        sizes = {}
        for name in names:
            with contextlib.suppress(OSError):
                sizes[name] = os.stat(self._path(name)).st_size
        total = sum(sizes.values()) + size
        # sorted() keeps their order: the oldest of the lesser ones, then the oldest of all.
        for name in sorted(names, key=lambda name: parts_of(name)[1] not in LESSER):
            if len(names) < self.events_most and total <= self.bytes_most:
                break
            log.say(f"the spool is full: the oldest goes, {name}", syslog.LOG_ERR)
            self.drop(name)
            names.remove(name)
            total -= sizes.get(name, 0)
        return names

    def _clear_leftovers(self) -> None:
        """What writers left that died."""
        for name in os.listdir(self.folder):
            if name.startswith(".") and name.endswith(".new"):
                with contextlib.suppress(OSError):
                    if time.time() - os.stat(self._path(name)).st_mtime > DIED_S:
                        self.drop(name)

    def _write(self, name: str, body: bytes) -> None:
        half = self._path("." + name + ".new")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        file = os.open(half, flags, 0o600)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(body)
            os.rename(half, self._path(name))
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(half)
            raise

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, name)


def parts_of(name: str) -> Tuple[int, str, str]:
    """Place in the order, action and id, of an event in the spool."""
    place, action, rest = name.split("-")
    return int(place), action, rest[: -len(".json")]


def subject_of(body: bytes) -> str:
    """Whose events keep their order among themselves: an address, or a group. "": it is no event."""
    try:
        event = json.loads(body.decode("ascii"))
        return str(event.get("ip") or event.get("hostgroup_name") or "all")
    except (ValueError, AttributeError, RecursionError):
        return ""


def new_id() -> str:
    """What netwb knows an event by."""
    return "msg_" + binascii.hexlify(os.urandom(12)).decode("ascii")


# Sending


class Line:
    """The way to netwb: one connection, kept while it serves."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.connection = None  # type: Optional[http.client.HTTPConnection]

    def post(self, message_id: str, body: bytes) -> Tuple[str, str]:
        """One try. What became of it, and a sentence."""
        fresh = self.connection is None
        try:
            with time_limit(self.config.numbers["try_s"]):
                try:
                    status, said = self._exchange(message_id, body)
                except FAILURES:
                    self.close()
                    if fresh:
                        raise
                    status, said = self._exchange(message_id, body)  # the kept one had ended
        except OutOfTime:
            self.close()
            return UNREACHABLE, "netwb does not answer within {} s".format(self.config["try_s"])
        except FAILURES as error:
            self.close()
            return UNREACHABLE, f"netwb is not reached: {str(error) or type(error).__name__}"
        return judged(status, said)

    def close(self) -> None:
        """Have none."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _exchange(self, message_id: str, body: bytes) -> Tuple[int, str]:
        path = self.config.target[3]
        if self.connection is None:
            self.connection = self._connected()
        headers = signed_headers(message_id, body, self.config.key)
        headers["content-type"] = "application/json"
        headers["user-agent"] = "netwb_notify/" + VERSION
        headers["netwb-sender"] = self.config["sender"]
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        said = answer.read(ANSWER_MOST)
        if answer.will_close or answer.read(1):
            self.close()
        return answer.status, words_of(said)

    def _connected(self) -> http.client.HTTPConnection:
        scheme, host, port, _ = self.config.target
        plain = socket.create_connection((host, port), self.config.numbers["try_s"])
        connection = http.client.HTTPConnection(host, port)
        connection.sock = plain
        if scheme == "https":
            try:
                context = ssl.create_default_context(cafile=self.config["ca_file"] or None)
                name = self.config["tls_name"] or host
                connection.sock = context.wrap_socket(plain, server_hostname=name)
            except BaseException:
                plain.close()
                raise
        plain_options(connection.sock)
        return connection


def plain_options(line: socket.socket) -> None:
    """A request of two writes does not wait for an acknowledgment."""
    with contextlib.suppress(OSError):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def signed_headers(message_id: str, body: bytes, key: bytes) -> Dict[str, str]:
    """Those of Standard Webhooks, of now."""
    moment = str(int(time.time()))
    content = b".".join((message_id.encode("ascii"), moment.encode("ascii"), body))
    mark = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode("ascii")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": "v1," + mark,
    }


def judged(status: int, said: str) -> Tuple[str, str]:
    """What an answer means for this event, and a sentence."""
    cure = "; are sender, key and clock right?" if status == STRANGER else ""
    text = "netwb answers %d%s%s" % (status, ": " + said if said else "", cure)
    if 200 <= status < 300 or status == HAS_IT:
        return TAKEN, text
    if status in WRONG_MESSAGE:
        return REFUSED, text
    if status >= 500 and status not in WRONG_WAY:
        return LATER, text
    return UNREACHABLE, text


def words_of(answer: bytes) -> str:
    """The sentence of a problem (RFC 9457), netwb's word for it, or the beginning of what was said."""
    text = answer.decode("utf-8", "replace")
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(text)
        told = found if isinstance(found, dict) else {}
        said = told.get("detail") or told.get("status")
        text = said if isinstance(said, str) else text
    return one_line(" ".join(text.split()))


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """OutOfTime at its end, however slowly the other side drips."""

    def end(_number: int, _frame: Any) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def send_pass(line: Line, spool: Spool, log: Log, alive: Callable[[], None]) -> Set[str]:
    """Try each event that waits, in order. The names of those that wait on.

    Where netwb fails at one, later ones of the same address wait for it, and all others go on.
    """
    names, behind, left = spool.waiting(), set(), set()
    for place, name in enumerate(names):
        alive()
        body = spool.read(name)
        if body is None:
            left.add(name)
            continue
        if not body:
            log.say(f"{name} in the spool is no event and goes", syslog.LOG_ERR)
            spool.drop(name)
            continue
        subject = subject_of(body)
        if subject in behind:
            left.add(name)
            continue
        became, text = line.post(parts_of(name)[2], body)
        if became in (TAKEN, REFUSED):
            spool.drop(name)
            tell(log, name, became, text)
            continue
        log.say(f"{name} waits: {text}")
        spool.settle(name)
        if became == UNREACHABLE:
            return left.union(names[place:])
        left.add(name)
        behind.add(subject)
    return left.intersection(spool.waiting())


def tell(log: Log, name: str, became: str, text: str) -> None:
    """The end of an event."""
    if became == TAKEN:
        log.say(f"{name} sent: {text}", syslog.LOG_INFO)
    else:
        log.say(f"{name} is refused and goes: {text}", syslog.LOG_ERR)


def send_all(config: Config, spool: Spool, log: Log, retry_s: int) -> bool:
    """Send until nothing waits, or nothing new came for `retry_s`. True: nothing waits."""
    line = Line(config)
    while True:
        with spool.sending() as alive:
            if alive is None:
                return True  # whoever sends looks again once it has let go of the lock
            left = persist(line, spool, log, alive, retry_s)
        if spool.has_only(left):
            line.close()
            return not left


def persist(
    line: Line, spool: Spool, log: Log, alive: Callable[[], None], retry_s: int
) -> Set[str]:
    """Passes with pauses between; what comes new is tried at once. The names that wait on."""
    pause, end = PAUSE_FIRST_S, time.monotonic() + retry_s
    while True:
        left = send_pass(line, spool, log, alive)
        until = time.monotonic() + pause
        if left and until <= end:
            while time.monotonic() < until and spool.has_only(left):
                time.sleep(LOOK_S)
            pause = min(2 * pause, PAUSE_MOST_S)
        if not spool.has_only(left):
            pause, end = PAUSE_FIRST_S, time.monotonic() + retry_s
        elif not left:
            return left
        elif until > end:
            log.say("waiting in %s: %d" % (spool.folder, len(left)), syslog.LOG_ERR)
            return left


def send_unspooled(config: Config, body: bytes, log: Log, retry_s: int) -> bool:
    """An event that no spool took: from memory. True: netwb has it."""
    line, message_id = Line(config), new_id()
    pause, end = PAUSE_FIRST_S, time.monotonic() + retry_s
    while True:
        became, text = line.post(message_id, body)
        if became in (TAKEN, REFUSED):
            line.close()
            tell(log, message_id, became, text)
            return became == TAKEN
        if time.monotonic() + pause > end:
            log.say(f"{message_id} is lost: {text}, and no spool takes it", syslog.LOG_ERR)
            return False
        log.say(f"{message_id} waits in memory: {text}", syslog.LOG_ERR)
        time.sleep(pause)
        pause = min(2 * pause, PAUSE_MOST_S)


# Calls


def detached(*, keep_stderr: bool) -> bool:
    """True in a process of its own, which holds none of FastNetMon's files and sockets."""
    if os.fork():
        return False
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1) if keep_stderr else (0, 1, 2):
        os.dup2(nothing, number)
    try:
        inherited = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        inherited = list(range(3, 1024))
    for number in inherited:
        if number > 2:
            with contextlib.suppress(OSError):
                os.close(number)
    return True


def notify(config: Config, spool: Spool, log: Log, arguments: List[str]) -> int:
    """What FastNetMon asks for."""
    observed_at = now_text()
    try:
        event = event_of(arguments, observed_at)
        body = body_of(event)
    except Trouble as trouble:
        log.say(str(trouble), syslog.LOG_ERR)
        return 2
    spooled = True
    try:
        spool.put(event["action"], body, log)
    except Trouble as trouble:
        spooled = False
        log.say(str(trouble), syslog.LOG_ERR)
    if config.troubles:
        log.say("nothing is sent: {}".format("; ".join(config.troubles)), syslog.LOG_ERR)
        return 2
    try:
        if config.switches["detach"] and not detached(keep_stderr=config["log"] == "stderr"):
            return 0
    except OSError as error:  # this machine has no room for one more process
        log.say(f"FastNetMon waits for this one: {error.strerror}")
    retry_s = config.numbers["retry_s"]
    sent = spooled or send_unspooled(config, body, log, retry_s)
    done = send_all(config, spool, log, retry_s) if spooled else sent
    return 0 if done else 1


def drain(config: Config, spool: Spool, log: Log) -> int:
    """One pass over what waits."""
    config.require()
    spool.open()
    return 0 if send_all(config, spool, log, 0) else 1


def test(config: Config, spool: Spool, log: Log) -> int:
    """The whole way, and nothing is done at its end."""
    config.require()
    spool.open()
    waiting = len(spool.waiting())
    if waiting:
        log.say("waiting in %s: %d; --drain sends them" % (spool.folder, waiting))
    body = json.dumps({"action": "test", "observed_at": now_text()}).encode("ascii")
    line = Line(config)
    became, text = line.post(new_id(), body)
    line.close()
    log.say(("the test arrived: " if became == TAKEN else "the test did not arrive: ") + text)
    return 0 if became == TAKEN else 1


def main(words: List[str]) -> int:
    """The exit status."""
    os.umask(0o077)
    path = None
    if words[:1] == ["--config"] and len(words) > 1:
        path, words = words[1], words[2:]
    if words in (["--help"], ["-h"]) or (not words and os.isatty(0)):
        sys.stdout.write(__doc__)
        return 0 if words else 2
    if words == ["--version"]:
        sys.stdout.write(VERSION + "\n")
        return 0
    config = load_config(None, {}) if is_borrowed() else load_config(path, os.environ)
    by_hand = {"--drain": drain, "--test": test}.get(words[0] if len(words) == 1 else "")
    log = Log(config["log"], aloud=by_hand is not None)
    spool = Spool(
        config["spool"], config.numbers["spool_events"], config.numbers["spool_mb"] * 1000000
    )
    for warning in config.warnings:
        log.say(warning)
    try:
        if by_hand is not None:
            return by_hand(config, spool, log)
        return notify(config, spool, log, words)
    except (Trouble, OSError) as trouble:
        log.say(str(trouble), syslog.LOG_ERR)
    except Exception as error:  # noqa: BLE001 - the last door: nobody reads the trace of a detached process
        log.say(f"it broke: {type(error).__name__}: {error}", syslog.LOG_ERR)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
