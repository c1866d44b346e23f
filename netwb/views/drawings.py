"""Drawings of our own as SVG: shapes of states, 12 x 12, and icons, 16 x 16. Data, no code.

A shape is filled or has its own strokes; an icon is lines of 1.3 in the colour of its text.
"""

from __future__ import annotations

SHAPES: dict[str, tuple[str, str]] = {  # drawing, token of its colour
    "ok": ('<circle cx="6" cy="6" r="4.5" fill="currentColor"/>', "ok"),
    "warn": ('<path d="M6 1.2 11.2 10.6H.8Z" fill="currentColor"/>', "warn"),
    "bad": (
        '<rect x="1" y="1" width="10" height="10" rx="1.5" fill="currentColor"/><path d="m3.7 3.7 4.6 4.6m0-4.6L3.7 8.3" stroke="var(--surface)" stroke-width="1.7" stroke-linecap="round"/>',
        "bad",
    ),
    "unknown": (
        '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.2 1.6"/>',
        "unk",
    ),
    "stale": (
        '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M6 1.4a4.6 4.6 0 0 0 0 9.2Z" fill="currentColor"/>',
        "unk",
    ),
    "waived": (
        '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="m2.9 9.1 6.2-6.2" stroke="currentColor" stroke-width="1.5"/>',
        "unk",
    ),
    "held": (
        '<circle cx="6" cy="6" r="4.8" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M4.6 4v4m2.8-4v4" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/>',
        "warn",
    ),
    "hole": (
        '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.6"/><circle cx="6" cy="6" r="1.9" fill="currentColor"/>',
        "accent",
    ),
    "running": (
        '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.5" opacity=".35"/><path d="M6 1.4A4.6 4.6 0 1 1 1.4 6" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/>',
        "accent",
    ),
    "ghost": (
        '<path d="M2 11V5.5a4 4 0 0 1 8 0V11L8 9.6 6 11 4 9.6Z" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linejoin="round"/>',
        "unk",
    ),
}

ICONS: dict[str, str] = {
    "configs": '<path d="M4 2h6l3 3v9H4zM10 2v3h3M6.2 8.2h4.6M6.2 11h4.6"/>',
    "billing": '<path d="M3.5 2h9v12l-2.2-1.4L8 14l-2.300-1.400L3.5 14zM6 5.500h4M6 8.200h4"/>',
    "inventory": '<rect x="2" y="3" width="12" height="4" rx="1"/><rect x="2" y="9" width="12" height="4" rx="1"/><path d="M4.5 5h.01M4.5 11h.01M7 5h4.500M7 11h4.5"/>',
    "admin": '<circle cx="6" cy="5.2" r="2.6"/><path d="M1.8 13.400c.4-2.6 2-4 4.2-4s3.8 1.4 4.2 4M10.6 2.900a2.5 2.5 0 0 1 0 4.600M12 9.900c1.3.6 2 1.8 2.2 3.5"/>',
    "account": '<circle cx="8" cy="5.4" r="2.8"/><path d="M2.8 14c.5-3 2.4-4.6 5.2-4.600s4.7 1.6 5.2 4.6"/>',
    "search": '<circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.6 3.6"/>',
    "sun": '<circle cx="8" cy="8" r="2.8"/><path d="M8 1.500v1.700m0 9.600v1.700M1.5 8h1.700m9.6 0h1.7M3.4 3.400l1.2 1.200m6.8 6.8 1.2 1.200m0-9.2-1.2 1.200m-6.8 6.8-1.2 1.2"/>',
    "moon": '<path d="M13.2 9.600A5.7 5.7 0 0 1 6.4 2.800a5.7 5.7 0 1 0 6.8 6.800z"/>',
    "eye": '<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.9"/>',
    "right": '<path d="m6 4 4 4-4 4"/>',
    "left": '<path d="m10 4-4 4 4 4"/>',
    "down": '<path d="m4 6 4 4 4-4"/>',
    "up": '<path d="m4 10 4-4 4 4"/>',
    "close": '<path d="m4 4 8 8m0-8-8 8"/>',
    "check": '<path d="m3 8.5 3.2 3.200L13 4.5"/>',
    "traffic": '<path d="M2 8h12M2.5 8V5.800M5 8V3.500M7.5 8V5M10 8V2.600M12.8 8V4.600M3.7 8v2.200M6.200 8v3.600M8.800 8v1.800M11.400 8v4"/>',
    "wall": '<rect x="2" y="3" width="5" height="4.5"/><rect x="9" y="3" width="5" height="4.5"/><rect x="2" y="9" width="12" height="4"/>',
    "flag": '<path d="M3.5 14V2.500h8l-2 3 2 3h-8"/>',
    "minus": '<path d="M3 8h10"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "more": '<path d="M3.5 8h.01M8 8h.01m4.49 0h.01" stroke-width="2"/>',
    "download": '<path d="M8 2.500V10M5 7.500l3 3 3-3m-8 5.700h10"/>',
    "upload": '<path d="M8 10.500V3M5 5.500l3-3 3 3m-8 7.700h10"/>',
    "link": '<path d="M6.8 9.200a2.6 2.6 0 0 0 3.7 0L12.7 7A2.6 2.6 0 0 0 9 3.300l-.8.8m1 2.7a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.700l.8-.8"/>',
    "clock": '<circle cx="8" cy="8" r="5.8"/><path d="M8 4.800V8l2.2 1.6"/>',
    "fold": '<path d="M8 1.800v3.700m-2-1.8 2 2 2-2M8 14.200v-3.700m-2 1.8 2-2 2 2M2.5 8h11"/>',
    "play": '<path d="M5 3.500v9L12 8z"/>',
    "leave": '<path d="M6.5 2.500h-4v11h4M10 5l3 3-3 3m3-3H6"/>',
    "key": '<circle cx="5.2" cy="10.8" r="2.7"/><path d="m7.2 8.8 6-6m-2.7 2.7 2 2M8.8 7.200l1.5 1.5"/>',
    "security": '<path d="M8 1.8 13 3.600v4.200c0 3-2.1 5.2-5 6.4-2.9-1.2-5-3.4-5-6.400V3.600z"/>',
    "compliance": '<path d="m2 4.200 1.300 1.300L5.600 3M2 11l1.300 1.300 2.300-2.500M8 4.500h6M8 11.200h6"/>',
    "edit": '<path d="m3 13 .6-2.9 7.3-7.3 2.3 2.3-7.3 7.300zM9.3 4.400l2.3 2.3"/>',
    "refresh": '<path d="M13 8a5 5 0 1 1-1.6-3.700M13 2.500v2.800h-2.8"/>',
}
