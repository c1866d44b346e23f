"""The one place that knows netwb's version; pyproject.toml, the wheel and `netwb version` read it."""

__version__ = "0.1.0"
