"""How a text is cut into parts."""

import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from blocks import blocks  # noqa: E402


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_are_the_text_and_none_is_too_long(seed):
    draw = random.Random(seed)
    text = "".join(draw.choice("aaaaañ😀e\u0301.…?!\n ,;»\0") for _ in range(draw.randrange(5_000)))
    longest = draw.randrange(2, 400)
    parts = list(blocks(text, longest))
    assert "".join(text[start:end] for start, end in parts) == text
    assert all(0 < end - start <= longest for start, end in parts)
    assert len(parts) <= 2 * len(text) // longest + 1


def test_a_cut_comes_where_a_paragraph_ends_then_where_a_sentence_ends_then_between_words():
    assert list(blocks("Uno dos. Tres\n\ncuatro cinco", 20)) == [(0, 15), (15, 27)]
    assert list(blocks("Uno dos tres. Cuatro cinco", 20)) == [(0, 14), (14, 26)]
    assert list(blocks("uno dos tres cuatro cinco", 20)) == [(0, 20), (20, 25)]
    assert list(blocks("u" * 25, 20)) == [(0, 20), (20, 25)]


def test_a_short_text_stays_whole():
    assert list(blocks("Hola.\n\nAdiós.", 20)) == [(0, 13)]
    assert list(blocks("")) == []
