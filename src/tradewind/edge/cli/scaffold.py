"""`tradewind scaffold field NAME`: both halves of a new field type, ready to be filled in, and a line of news."""

from __future__ import annotations

import re
from pathlib import Path

_PYTHON = '''"""{Title}: one line about what it holds."""

from __future__ import annotations

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options
from tradewind.kinds.fields.values import clean


class {Title}Options(Options, frozen=True):
    """Settings of a {name} field."""

    max_length: int = 40


class {Title}Field(FieldType[{Title}Options, str]):
    name = "{name}"
    options = {Title}Options
    value = str
    operators = comparisons.textual()
    examples = (Example(values=("a", "b"), bad_cells=("x" * 41,)),)

    def columns(self, options: {Title}Options) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: {Title}Options) -> str:
        text = clean(value)
        if len(text) > options.max_length:
            raise InvalidValue(rule="max_length", max=options.max_length)
        return text

    def store(self, value: str) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: {Title}Options) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: {Title}Options, locale: str = "en") -> str:
        return self.check(cells.plain(text), options)

    def format(self, value: str, options: {Title}Options, locale: str = "en") -> str:
        return value


FIELD = {Title}Field()
'''

_TSX = """import {{ Input }} from 'antd'
import {{ defineField }} from '../defineField'

export default defineField<string>({{
  icon: 'text',
  Cell: ({{ value }}) => <span className="cut">{{value}}</span>,
  Input: ({{ value, onChange, id, invalid }}) => (
    <Input
      {{...(id ? {{ id }} : {{}})}}
      {{...(invalid ? {{ status: 'error' as const }} : {{}})}}
      value={{value ?? ''}}
      onChange={{(event) => onChange(event.target.value || null)}}
    />
  ),
}})
"""


def field(root: Path, name: str) -> int:
    """Writes the files; 1 when the name is not one or is taken."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        print(f"{name!r} is not a name: lower-case letters, digits and underscores, at most 40")
        return 1
    title = "".join(part.capitalize() for part in name.split("_"))
    files = {
        root / "src" / "tradewind" / "kinds" / "fields" / "types" / f"{name}.py": _PYTHON.format(name=name, Title=title),
        root / "web" / "kinds" / "fields" / "types" / f"{name}.tsx": _TSX.format(),
        root / "news" / f"field-{name}.md": f"A new field type: {name}.\n",
    }
    taken = [path for path in files if path.exists()]
    if taken:
        print(f"{taken[0].relative_to(root)} exists already")
        return 1
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(root))
    print("Next: make contract, then make test-fast; docs/howto/field-type.md explains each member.")
    return 0
