"""Every record that a test makes is checked against the published schema, whatever else the test asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from annotate.pipeline import Pipeline
from annotate.schema import json_schema

#: Of a long text so many spans and facts are checked: they are made by the same few lines of code.
_CHECKED = 40
_VALIDATOR = Draft202012Validator(json_schema())


def pytest_configure(config: pytest.Config) -> None:
    """Put the check at the one place where a record is made."""
    Pipeline._record = checked(Pipeline._record)  # type: ignore[method-assign]


def checked(make: Callable[..., Any]) -> Callable[..., Any]:
    """The function that makes records, with the check behind it."""

    @wraps(make)
    def make_and_check(*args: Any, **more: Any) -> Any:
        record = make(*args, **more)
        few = {**record, "spans": record["spans"][:_CHECKED], "facts": record["facts"][:_CHECKED]}
        faults = [f"{error.json_path}: {error.message}" for error in _VALIDATOR.iter_errors(few)]
        assert not faults, f"record {record['id']} does not fit the schema: {'; '.join(faults)}"
        return record

    return make_and_check
