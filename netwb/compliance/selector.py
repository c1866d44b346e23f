"""Which devices a rule means. Pure.

Every key that is given must hold, and one word of it is enough; what `without` means is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a selector looks at in one device; `tenant` is its slug."""

    platform: str
    tenant: str = ""
    site: str = ""
    hostname: str = ""
    role: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One word of each key that is given; a hostname's may hold `*` and `?`, and knows no case."""

    platform: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    tenant: tuple[str, ...] = ()
    hostname: tuple[str, ...] = ()

    def held_by(self, subject: Subject) -> tuple[bool, ...]:
        """Whether each key that is given holds, in the order of the fields."""
        name = subject.hostname.lower()
        known = (
            (self.platform, subject.platform in self.platform),
            (self.role, subject.role in self.role),
            (self.site, subject.site in self.site),
            (self.label, any(label in self.label for label in subject.labels)),
            (self.tenant, subject.tenant in self.tenant),
            (self.hostname, any(fnmatchcase(name, form.lower()) for form in self.hostname)),
        )
        return tuple(holds for words, holds in known if words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """All keys of `words` hold, and not one of `without`."""

    words: Words = Words()
    without: Words = Words()

    def means(self, subject: Subject) -> bool:
        """Whether the rule is about that device."""
        return all(self.words.held_by(subject)) and not any(self.without.held_by(subject))


EVERY_DEVICE = Selector()
