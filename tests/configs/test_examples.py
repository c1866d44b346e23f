"""The examples in docstrings are run."""

import doctest
from types import ModuleType

import pytest

from netwb.configs import names, obfuscation, sections, wholeness


@pytest.mark.parametrize(
    "module", [names, obfuscation, sections, wholeness], ids=lambda m: m.__name__
)
def test_every_example_gives_what_it_says(module: ModuleType) -> None:
    results = doctest.testmod(module)

    assert results.attempted > 0
    assert results.failed == 0
