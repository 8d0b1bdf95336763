"""What takes the code out of a page, held against a page with all kinds of blocks."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

import docs_code

PAGE = """\
# A page

```sh
annotate run # no heading
```

```python
one = 1
```

## Below it

1. In a list:

   ```python
   if one:
       two = one + 1
   ```

```python
three = one / 0
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_blocks_have_their_place(page: Path) -> None:
    """Their line, the heading above them, and code without the indent of a list; a comment in a shell is no heading."""
    found = [(one.line, one.heading, one.code) for one in docs_code.blocks(page)]
    assert found == [
        (8, "A page", "one = 1\n"),
        (16, "Below it", "if one:\n    two = one + 1\n"),
        (21, "Below it", "three = one / 0\n"),
    ]
    assert [one.code for one in docs_code.blocks(page, "sh")] == ["annotate run # no heading\n"]


def test_blocks_run_in_one_scope_and_what_fails_names_its_line(page: Path) -> None:
    """The second sees what the first has made; the third fails at the line of the page."""
    assert docs_code.run_blocks(docs_code.blocks(page)[:2])["two"] == 2
    with pytest.raises(ZeroDivisionError) as raised:
        docs_code.run(page)
    last = traceback.extract_tb(raised.tb)[-1]
    assert (last.filename, last.lineno) == (str(page), 21)
