"""`netwb rule list | show | schema | put | drop`: the rules that configurations are judged by."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, BinaryIO

import click

from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.show import json_option, plain, print_items, print_json, print_table, say
from netwb.errors import InputError, RuleError

if TYPE_CHECKING:
    from netwb.compliance.report import RuleHead

_LONGEST = 64 * 1024  # bytes, of a tenant's file


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(rule)


@click.group(cls=NetwbGroup)
def rule() -> None:
    """Rules that configurations are judged by: those of netwb, the provider's, and tenants' own."""


@rule.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every rule, where it comes from, and which devices it means."""
    found = reading(context).rules()
    if as_json:
        print_items(found)
        return
    print_table(
        ("rule", "severity", "stands in", "means", "off for", "title"),
        [
            (
                one.id,
                one.severity,
                _file_of(one) + (" (locked)" if one.locked else ""),
                one.applies_to,
                "all" if "*" in one.off_for else ", ".join(one.off_for),
                one.title,
            )
            for one in found
        ],
        empty="no rule; setting compliance.starter switches those of netwb on",
    )


@rule.command()
@click.argument("name", metavar="RULE")
@click.option("--tenant", metavar="T", help="As it holds for this tenant, which may have its own.")
@json_option
@click.pass_context
def show(context: click.Context, *, name: str, tenant: str | None, as_json: bool) -> None:
    """The rule RULE: why it is there, what it refers to, where it stands."""
    found = reading(context).rule(name, tenant=tenant)
    if as_json:
        print_json(found)
        return
    fields = plain(found)
    told = {key: value for key, value in fields.items() if value not in (None, "", [], False)}
    print_table(
        ("", ""),
        [
            (key.replace("_", " "), ", ".join(value) if isinstance(value, list) else value)
            for key, value in told.items()
        ],
        empty="",
    )


@rule.command()
def schema() -> None:
    """The JSON Schema of rule files, which editors check them by."""
    text = (files("netwb.compliance") / "rule.schema.json").read_text(encoding="utf-8")
    click.echo(text, nl=not text.endswith("\n"))


@rule.command()
@click.argument("tenant")
@click.argument("name")
@click.argument("file", type=click.File("rb"))
@json_option
@click.pass_context
def put(context: click.Context, *, tenant: str, name: str, file: BinaryIO, as_json: bool) -> None:
    """Let the YAML rules of FILE (`-`: stdin) hold for the devices of TENANT, under NAME.

    NAME is that of a file: `own` and `own.yaml` are the same one, and what was put there before goes.
    They hold beside the provider's, from the next check on; one of the same id replaces it, unless the
    provider has locked it. `off: [ID]` in the file switches a rule off for this tenant.
    """
    count = bench(context).put_rules(tenant, name, _text(file))
    name = _with_ending(name)
    if as_json:
        print_json({"tenant": tenant, "name": name, "rules": count})
    else:
        say(
            f"{count} rule{'' if count == 1 else 's'} of {tenant}/{name} hold from the next check on; next: netwb check"
        )


@rule.command()
@click.argument("tenant")
@click.argument("name")
@json_option
@click.pass_context
def drop(context: click.Context, *, tenant: str, name: str, as_json: bool) -> None:
    """Take the rule file NAME of TENANT away; `netwb rule list` shows what then holds."""
    bench(context).drop_rules(tenant, name)
    name = _with_ending(name)
    if as_json:
        print_json({"tenant": tenant, "name": name})
    else:
        say(f"rules of {tenant}/{name} hold no more; what they found stays in the history")


def _file_of(one: RuleHead) -> str:
    """Without the line: `acme/own.yaml` as `put` and `drop` name it."""
    return one.origin.rpartition(":")[0] or one.source


def _with_ending(name: str) -> str:
    return f"{name.removesuffix('.yaml')}.yaml"


def _text(file: BinaryIO) -> str:
    data = file.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        msg = f"FILE is longer than {_LONGEST // 1024} kB, the most that a tenant's rules may be; split it"
        raise InputError(msg)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        msg = f"FILE is not UTF-8 in line {line}; save it as UTF-8"
        raise RuleError(msg, (msg,)) from error
