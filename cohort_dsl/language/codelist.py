"""A list of codes, which may know which codes lie above which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, SupportsIndex, overload

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.hints import mistake

Parents = Mapping[str, tuple[str, ...]]


class Codelist(list[str]):
    """The codes of a file, each once: a list like any other.

    ``parents_``: of each code the codes right above it; None where the file doesn't say.
    A part of the list, and the sum of two, know as much.
    """

    def __init__(
        self, codes: Iterable[str], where: str, parents: Parents | None = None
    ) -> None:
        super().__init__(codes)
        self.where_, self.parents_ = where, parents

    def with_descendants(self, hierarchy: Codelist | None = None) -> Codelist:
        """These codes and all that lie below them, by parents, parents' parents and so on.

        What lies below what is in ``hierarchy``, a codelist read with ``parent_column``;
        without one, in the list's own file.
        """
        parents = must_be_known(self if hierarchy is None else hierarchy)
        return Codelist(_below(self, parents), self.where_, parents)

    @overload
    def __getitem__(self, key: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, key: slice) -> Codelist: ...
    def __getitem__(self, key: SupportsIndex | slice) -> str | Codelist:
        if isinstance(key, str):
            raise mistake(
                f"codelist {self.where_} is a list of codes, and tells nothing of each",
                "Name its category_column: codelist_from_csv(..., "
                'category_column="...") makes a dictionary from codes to categories.',
            )
        if isinstance(key, slice):
            return Codelist(super().__getitem__(key), self.where_, self.parents_)
        return super().__getitem__(key)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__") or name.endswith("_"):
            raise AttributeError(name)
        if name in dir(dict):
            raise hints.NoSuchName(
                f"codelist {self.where_} is a list of codes, and has no {name}",
                where=hints.place(),
                remedy="Name its category_column: codelist_from_csv(..., "
                'category_column="...") makes a dictionary from codes to categories.',
            )
        raise hints.no_such_name(name, f"codelist {self.where_}", dir(self), "method")

    def _no_set(self, other: object) -> NoReturn:
        raise mistake(
            f"codelist {self.where_} is a list: |, & and - are for sets",
            "Write a + b for the codes of both, [c for c in a if c not in b] for the "
            "codes of one without the other's.",
        )

    __or__ = __ror__ = __and__ = __rand__ = __sub__ = __rsub__ = _no_set

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, list):
            return NotImplemented
        parents = other.parents_ if isinstance(other, Codelist) else None
        return Codelist([*self, *other], self.where_, _both(self.parents_, parents))


def _both(one: Parents | None, other: Parents | None) -> Parents | None:
    if one is None or other is None:
        return one if other is None else other
    return {
        code: tuple(dict.fromkeys([*one.get(code, ()), *other.get(code, ())]))
        for code in [*one, *other]
    }


def must_be_known(codes: object) -> Parents:
    """The parents that a codelist knows; DefinitionError where it knows none."""
    if not isinstance(codes, Codelist) or codes.parents_ is None:
        raise _no_parents(codes)
    return codes.parents_


def _no_parents(known: object) -> DefinitionError:
    if not isinstance(known, Codelist):
        return mistake(
            f"with_descendants needs a codelist, not {hints.called(known)}",
            "Read one with codelist_from_csv(..., parent_column=...).",
        )
    return mistake(
        f"codelist {known.where_} doesn't say which codes lie below which",
        'Read it with parent_column="...", or give a codelist that was: '
        "codes.with_descendants(hierarchy). Such a file can be exported from a vocabulary, "
        "as from OMOP's concept_relationship or SNOMED CT's is-a.",
    )


def _below(codes: Iterable[str], parents: Parents) -> list[str]:
    children: dict[str, list[str]] = {}
    for code, above in parents.items():
        for parent in above:
            children.setdefault(parent, []).append(code)
    found = dict.fromkeys(codes)
    waiting = list(found)
    while waiting:
        new = [c for c in children.get(waiting.pop(), ()) if c not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def must_have_an_end(parents: Parents, where: str) -> None:
    """DefinitionError where a code lies below itself."""
    done: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        stack = [(start, False)]
        while stack:
            code, left = stack.pop()
            if left:
                path.pop(code)
                done.add(code)
            elif code in path:
                circle = " → ".join([*list(path)[list(path).index(code) :], code])
                raise mistake(
                    f"codelist {where} puts code {code} below itself: {circle}",
                    "Take away one of these parents.",
                )
            elif code not in done:
                path[code] = None
                stack.append((code, True))
                stack += [(parent, False) for parent in parents.get(code, ())]


def inherited(
    categories: Mapping[str, str], parents: Parents, where: str
) -> dict[str, str]:
    """Each code's category; where it has none of its own, that of the nearest above it."""
    own = {code: category for code, category in categories.items() if category}
    return {
        code: category or _inherited(code, own, parents, where)
        for code, category in categories.items()
    }


def _inherited(code: str, own: Mapping[str, str], parents: Parents, where: str) -> str:
    above = sorted(_nearest(code, own, parents))
    if len(above) > 1:
        raise mistake(
            f"{where} gives code {code} no category, and the codes above it two, "
            f'"{above[0]}" and "{above[1]}"',
            "Give the code a category of its own.",
        )
    return above[0] if above else ""


def _nearest(code: str, known: Mapping[str, str], parents: Parents) -> set[str]:
    """The categories of the first codes above it that have one, along every way up."""
    found: set[str] = set()
    seen, waiting = {code}, [code]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent in seen:
                continue
            seen.add(parent)
            if parent in known:
                found.add(known[parent])
            else:
                waiting.append(parent)
    return found
