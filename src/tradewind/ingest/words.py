"""What is wrong with a row or an import, in a reader's words."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.kernel.json import Json
from tradewind.kernel.messages import has, say


def sentence(language: str, code: str, params: Mapping[str, Json]) -> str:
    """What is wrong, in one sentence: the rule's own where there is one."""
    rule = params.get("rule") or params.get("reason") or ""
    own = f"problems.{code}.rules.{rule}"
    return say(language, own if rule and has(language, own) else f"problems.{code}.detail", params)


def next_step(language: str, code: str, params: Mapping[str, Json]) -> str:
    """What to do about it: the rule's own where there is one."""
    own = f"problems.{code}.steps.{params.get('rule') or ''}"
    return say(language, own if has(language, own) else f"problems.{code}.next", params)
