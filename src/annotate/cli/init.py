"""`annotate init`."""

from __future__ import annotations

import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from annotate.cli.app import app
from annotate.cli.options import Lang
from annotate.cli.say import as_text, note, stop, told


@app.command("init")
def init_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it must be new, or empty.")],
    lang: Lang = "en",
) -> None:
    """Write a folder of patterns to start from: a label, a word list, a rule with its examples, and an editor's schema.

    \b
    Examples:
      annotate init my-patterns
      annotate init my-patterns --lang nl
    """
    from annotate.rules import editor, patterns
    from annotate.rules.tags import primary

    code = primary(lang or "en")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        stop(f"{folder}: is there already, and is no empty folder; name a new one, nothing was written")
    template = files("annotate.cli").joinpath("template.yaml").read_text(encoding="utf-8")
    with told(OSError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".annotate-init-") as draft:
            made = Path(draft, "made")
            (made / code).mkdir(parents=True)
            (made / code / "flights.yaml").write_text(template, encoding="utf-8")
            schema = editor.json_schema(patterns.folders([made]))
            (made / "schema.json").write_text(as_text(schema) + "\n", encoding="utf-8")
            made.replace(folder)
    note(f"{folder / code / 'flights.yaml'}: a label, a word list and a rule with its examples")
    note(f"{folder / 'schema.json'}: by which an editor completes; `annotate schema --patterns {folder}` makes it anew")
    note(f"try: annotate test {code} -k flight --patterns {folder} --only-patterns")
    note(f'     annotate explain "KL 1234" --lang {code} --patterns {folder}')
