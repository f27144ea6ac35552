"""Cuts a text into parts that can each be analysed in a bounded time and memory."""

import re

# spaCy needs time with the square of a run of characters that are no word (2,000 of them: 0.4 s), and memory with
# the number of words. Between two blocks a request can be cancelled.
LONGEST = 2_000
# Cuts that no sentence spans come first, then those that one rarely does.
CUTS = (re.compile(r"\n\s*\n"), re.compile(r"\n+"), re.compile(r"[.!?…][\"'»”)\]]*\s+"), re.compile(r"[;:,]?\s+"))


def blocks(text, longest=LONGEST):
    """(start, end) of the parts, in order; together they are the text. None is longer than `longest` characters."""
    start = 0
    while len(text) - start > longest:
        end = _cut(text, start, start + longest)
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)


def _cut(text, start, limit):
    """Where a part that begins at `start` ends best: in its second half, so that parts do not get too many."""
    for cut in CUTS:
        last = None
        for last in cut.finditer(text, start + (limit - start) // 2, limit):
            pass
        if last:
            return last.end()
    return limit
