"""From text to a tree of nodes that know their places, within bounds.

YAML can say more than a project file may: a few hundred bytes of aliases unfold to
gigabytes, tags build objects, deep nesting exhausts a stack. So nothing is built from the
events of the parser but three kinds of node, without recursion, and what could grow is
bounded; an alias counts as all that it stands for. Words that are neither quoted nor a
number, ``true``, ``false`` or ``null`` are text, as in YAML 1.2: ``no`` and ``on`` are
words.

Where the text isn't YAML, the action that this is in is left out and the rest read again,
so that one quotation mark doesn't hide every other mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from job_runner.project.building import Builder, Stop
from job_runner.project.mistakes import Mistakes, Place, shown
from job_runner.project.nodes import Node
from job_runner.project.recovery import without_action
from job_runner.project.yaml_told import place_of, told

MOST_CHARACTERS = 2_000_000
MOST_READ_AGAIN = 1_000_000
"""Characters read again, in all, to tell what else is wrong with a broken file."""

MOST_CHARACTERS_TOLD = 10
"""Characters that can't stand in a file; one of another encoding has them everywhere."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: 2,500 actions in a tenth of the time."""

_NO_CHARACTER = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)
"""What YAML can't have or, unlike editors, begins a line at; and what ``load`` makes of
bytes that aren't UTF-8."""

_STANDS_FOR_IT = " "


def read(text: str, mistakes: Mistakes) -> Node | None:
    """What could be read of the file's one document; None where that is nothing.

    What couldn't is in ``mistakes``, and the nodes it was left out of aren't ``whole``.
    """
    if len(text) > MOST_CHARACTERS:
        problem = f"the file has more than {MOST_CHARACTERS:,} characters"
        mistakes.add(Place(1, 1), problem, "Split the study into several projects.")
        return None
    return _read(_screened(text, mistakes), mistakes)


def _read(text: str, mistakes: Mistakes) -> Node | None:
    cut: set[int] = set()
    budget = MOST_READ_AGAIN
    while True:
        builder = Builder(mistakes, frozenset(cut))
        broken = _take_all(text, builder, mistakes)
        if broken is None:
            return _not_empty(builder, mistakes)
        budget -= len(text)
        rest = without_action(text, broken.line) if budget >= 0 else None
        if rest is None or rest.kept in cut:
            return builder.as_far_as_it_goes()
        text = rest.text
        cut.add(rest.kept)


def _take_all(text: str, builder: Builder, mistakes: Mistakes) -> Place | None:
    """Where the text stops being YAML, or None if it never does."""
    last: yaml.ScalarEvent | None = None
    try:
        for event in _events(text):
            builder.take(event)
            if isinstance(event, yaml.ScalarEvent) and _runs_on(event):
                last = event
    except Stop as stop:
        mistakes.add(stop.place, stop.problem, stop.remedy)
    except yaml.YAMLError as error:
        place, problem, remedy = told(error, text, last)
        mistakes.add(place, problem, remedy)
        return place
    return None


def _events(text: str) -> Iterator[yaml.Event]:
    found: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
    return found


def _runs_on(event: yaml.ScalarEvent) -> bool:
    quoted = event.style in ("'", '"')
    return quoted and place_of(event.start_mark).line < place_of(event.end_mark).line


def _not_empty(builder: Builder, mistakes: Mistakes) -> Node | None:
    if builder.root is None and not mistakes.found:
        remedy = "Begin with `version: 5` and `actions:`."
        mistakes.add(Place(1, 1), "the file is empty", remedy)
    return builder.root


def _screened(text: str, mistakes: Mistakes) -> str:
    """The text with a mark in place of each character that can't stand in it."""
    line, begin = 1, 0
    for number, found in enumerate(_NO_CHARACTER.finditer(text)):
        if number == MOST_CHARACTERS_TOLD:
            break
        line += text.count("\n", begin, found.start())
        begin = found.start()
        place = Place(line, found.start() - text.rfind("\n", 0, found.start()))
        mistakes.add(place, *_told(found[0]))
    return _NO_CHARACTER.sub(_STANDS_FOR_IT, text)


def _told(character: str) -> tuple[str, str]:
    if "\ud800" <= character <= "\udfff":
        return "a character is broken", "Save the file as UTF-8."
    return f"there is a control character, {shown(character)}", "Take it away."
