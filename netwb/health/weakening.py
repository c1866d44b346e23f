"""Settings in force that weaken what protects. Pure: it knows nothing but the settings."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from netwb.health.diagnosis import Diagnosis, advice, ok, wrong
from netwb.settings import Settings

CHECK = "settings"
LONGEST_LOGIN_S = 31 * 86400.0
_WIDE = 8  # bits of a trusted network; a shorter prefix trusts more than any one proxy's


def check_settings(settings: Settings) -> tuple[Diagnosis, ...]:
    """Each that weakens, or one row that says none does."""
    found = tuple(_weak(settings))
    return found or (ok(CHECK, "none weakens what protects"),)


def _weak(settings: Settings) -> Iterator[Diagnosis]:
    yield from _web(settings)
    yield from _believing(settings)
    yield from _access(settings)


def _web(settings: Settings) -> Iterator[Diagnosis]:
    web = settings.web
    is_open = not is_loopback(web.address)
    if is_open and not (web.tls_certificate or web.trusted_proxies):
        yield wrong(
            CHECK,
            f"web.address is {web.address}, without TLS and without a trusted proxy: passwords"
            " would pass in clear, so `netwb serve` refuses it",
            "set web.tls_certificate and web.tls_key, or web.trusted_proxies",
        )
    for network in _networks(web.trusted_proxies):
        if ip_network(network, strict=False).prefixlen < _WIDE:
            yield wrong(
                CHECK,
                f"web.trusted_proxies holds {network}: whoever comes from there may say who it is",
                "name the addresses of the proxies alone",
            )
    if is_open and settings.access.totp_for == "nobody" and not settings.access.oidc_issuer:
        yield advice(
            CHECK,
            "access.totp_for is nobody, and the pages can be reached from elsewhere",
            "set it to admin or everybody, so that a lost password alone opens nothing",
        )


def _believing(settings: Settings) -> Iterator[Diagnosis]:
    configs = settings.configs
    if configs.shrink_percent >= 100:
        yield advice(
            CHECK,
            f"configs.shrink_percent is {configs.shrink_percent:g}: no text is held for having"
            " lost its lines",
            "set it to 30",
        )
    if configs.fresh_h > 7 * 24 + 2:
        yield advice(
            CHECK,
            f"configs.fresh_h is {configs.fresh_h:g}: a device that is not saved for a week is"
            " told as well",
            "set it to little more than the time between two backups",
        )


def _access(settings: Settings) -> Iterator[Diagnosis]:
    access = settings.access
    if access.session_total_s > LONGEST_LOGIN_S:
        days = access.session_total_s / 86400
        yield advice(
            CHECK,
            f"access.session_total_s keeps a login open for {days:.0f} days",
            "set it to 7 days (604800)",
        )
    if access.proxy_user_header and not settings.web.trusted_proxies:
        yield wrong(
            CHECK,
            "access.proxy_user_header is set, and web.trusted_proxies is not: nobody is believed",
            "set web.trusted_proxies to the address of the proxy",
        )
    if access.oidc_issuer.startswith("http://"):
        yield wrong(
            CHECK,
            "access.oidc_issuer is reached without TLS",
            "give its https:// address",
        )


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches it; a name other than localhost is taken for reachable."""
    if address == "localhost":
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _networks(listed: str) -> Iterator[str]:
    """Those that are networks; what is none, `netwb serve` refuses by name."""
    for word in listed.replace(",", " ").split():
        try:
            ip_network(word, strict=False)
        except ValueError:
            continue
        yield word
