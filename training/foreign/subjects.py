"""Axes of meaning along which the paragraphs of one story are near and stories are apart.

Linear discriminant analysis over the paragraphs of the training stories, each story a class: the directions in which
paragraphs differ within a story are shrunk, those in which stories differ are kept.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from streams.core.foreign import Floats, stem, tokens

DIMENSIONS: Final = 64
SHRINKAGE: Final = 0.3  # of the scatter within stories towards a sphere; 1,200 stories are few for hundreds of axes
MIN_WORDS: Final = 8  # of a paragraph that says what it is about
MIN_PARAGRAPHS: Final = 4  # of a story that shows how its paragraphs differ


def subject_axes(stories: Sequence[Sequence[str]], index: Mapping[str, int], idf: Floats, vectors: Floats) -> Floats:
    """Return the axes as columns, the most telling first. `vectors` holds a row for each term of `index`."""
    means, story = _paragraph_means(stories, index, idf, vectors)
    number = int(story.max()) + 1
    sizes = np.bincount(story, minlength=number)[:, None]
    centres = np.zeros((number, means.shape[1]))
    np.add.at(centres, story, means)
    centres /= sizes
    apart = means - centres[story]
    within = apart.T @ apart / len(apart)
    within += SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    values, directions = np.linalg.eigh(within)
    whitening = directions / np.sqrt(values)
    spread = (centres - centres.mean(axis=0)) @ whitening
    ranked = np.linalg.eigh(spread.T @ spread / number)[1][:, ::-1]
    return np.asarray(whitening @ ranked[:, :DIMENSIONS], dtype=np.float32)


def _paragraph_means(
    stories: Sequence[Sequence[str]], index: Mapping[str, int], idf: Floats, vectors: Floats
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Return the unit mean vectors of all paragraphs that are long enough, and the number of each one's story."""
    rows, story, number = list[Floats](), list[int](), 0
    for paragraphs in stories:
        found = [_mean(text, index, idf, vectors) for text in paragraphs if len(text.split()) >= MIN_WORDS]
        if len(found) >= MIN_PARAGRAPHS:
            rows += found
            story += [number] * len(found)
            number += 1
    return np.asarray(rows, dtype=np.float64), np.array(story, dtype=np.intp)


def _mean(text: str, index: Mapping[str, int], idf: Floats, vectors: Floats) -> Floats:
    terms = sorted({index[term] for word in tokens(text) if (term := stem(word)) in index})
    total = (idf[terms, None] * vectors[terms]).sum(axis=0)
    unit: Floats = total / (np.linalg.norm(total) + 1e-6)
    return unit
