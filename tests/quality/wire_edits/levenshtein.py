"""Levenshtein distance of texts of some thousand characters, fast enough for some thousand pairs."""


def alike(one: str, other: str, least: float) -> bool:
    """Whether the Levenshtein distance is so small a part of the longer text."""
    longest = max(len(one), len(other), 1)
    most = (1 - least) * longest
    return abs(len(one) - len(other)) <= most and distance(one, other) <= most


def distance(one: str, other: str) -> int:
    """Return the Levenshtein distance, by Myers' bit vectors (JACM 1999) as Hyyrö writes them."""
    one, other = _without_common_ends(one, other)
    if not one or not other:
        return len(one) + len(other)
    everywhere, top = (1 << len(one)) - 1, 1 << (len(one) - 1)
    places: dict[str, int] = {}
    for at, char in enumerate(one):
        places[char] = places.get(char, 0) | 1 << at
    up, down, count = everywhere, 0, len(one)
    for char in other:
        equal = places.get(char, 0)
        diagonal = (((equal & up) + up) ^ up) | equal | down
        right, left = down | ~(diagonal | up) & everywhere, up & diagonal
        count += bool(right & top) - bool(left & top)
        right = (right << 1 | 1) & everywhere
        left = left << 1 & everywhere
        up, down = left | ~(diagonal | right) & everywhere, right & diagonal
    return count


def _without_common_ends(one: str, other: str) -> tuple[str, str]:
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]
