"""The version of the tool, in one place: that of the installed distribution."""

from importlib.metadata import version

__version__ = version("annotate")
