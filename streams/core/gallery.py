"""The captions of a picture gallery, which pages run together into one paragraph of up to thousands of words."""

import re
from typing import Final

MIN_CAPTIONS: Final = 3  # fewer may be prose that mentions photographs
_STARTS: Final = ("Photos:", "Hide Caption")
_CAPTION: Final = re.compile(r"\b(?:Photos:|Hide Caption\b)")


def is_gallery(paragraph: str) -> bool:
    """Tell whether a paragraph is nothing but captions: it begins with one, and each repeats the gallery's heading."""
    return paragraph.startswith(_STARTS) and len(_CAPTION.findall(paragraph)) >= MIN_CAPTIONS
