"""Stories that became one: which story an article joins that would have joined a swallowed one."""

from bisect import insort
from collections.abc import Sequence


class Merged:
    """Merges by the decision that made them; a function of those that are known, not of their order.

    Merges are rare, one in hundreds of articles: they may be Python objects.
    """

    def __init__(self) -> None:
        self._into: dict[bytes, list[tuple[int, bytes]]] = {}  # swallowed story -> decisions, ascending, and survivors
        self._by_number: dict[int, tuple[bytes, ...]] = {}
        self._parts: dict[bytes, set[bytes]] = {}  # survivor -> the stories that it swallowed

    def __len__(self) -> int:
        """Return how many decisions merged stories."""
        return len(self._by_number)

    def add(self, number: int, survivor: bytes, swallowed: Sequence[bytes]) -> None:
        """File the merge that a decision made."""
        if swallowed:
            self._by_number[number] = tuple(swallowed)
            for story in swallowed:
                insort(self._into.setdefault(story, []), (number, survivor))
                self._parts.setdefault(survivor, set()).add(story)

    def remove(self, number: int) -> None:
        """Take a decision's merge back; a decision that made none changes nothing."""
        for story in self._by_number.pop(number, ()):
            self._leave(story, number)
            kept = [entry for entry in self._into[story] if entry[0] != number]
            if kept:
                self._into[story] = kept
            else:
                del self._into[story]

    def _leave(self, story: bytes, number: int) -> None:
        """Take a story from those of the survivor that this decision named, unless another one named it, too."""
        survivor = next(into for at, into in self._into[story] if at == number)
        if all(into != survivor or at == number for at, into in self._into[story]):
            self._parts[survivor].discard(story)
            if not self._parts[survivor]:
                del self._parts[survivor]

    def parts(self, story: bytes) -> list[bytes]:
        """Return a story and all that are a part of it by now."""
        found, survivor = [story], self.survivor(story)
        for each in found:
            others = self._parts.get(each, ())
            found += sorted(part for part in others if part not in found and self.survivor(part) == survivor)
        return found

    def survivor(self, story: bytes) -> bytes:
        """Return the story that this one is a part of by now, itself where it was never swallowed.

        Each step is newer than the one before, so two writers that merged two stories crosswise make no circle.
        """
        since = -1
        while story in self._into:
            number, into = self._into[story][-1]
            if number <= since:
                return story
            since, story = number, into
        return story
