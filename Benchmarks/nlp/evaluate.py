#!/usr/bin/env python3
"""How well the nlp skill reads Spanish: its analysis against sentences that people analysed, in CoNLL-U format.

    .deps/python/nlp/bin/python Benchmarks/nlp/evaluate.py FILE.conllu

Each sentence is given to the skill as plain text. Words count as aligned where both cut the text at the same places;
all rates but that of the alignment are of aligned words. A file's words such as "del", which Universal Dependencies
takes apart and the model does not, count as not aligned.
"""

import collections
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "skills/nlp"), str(ROOT / "skills/python-kit/src")]

from nlp import Nlp  # noqa: E402
from sarai_skill import Request  # noqa: E402

TEXT, ID, FORM, LEMMA, UPOS, HEAD, DEPREL = "# text = ", 0, 1, 2, 3, 6, 7


def sentences(path):
    """(text, words): each word a dictionary with its span in the text, and its head's; None for words of a contraction."""
    text, rows = None, []
    for line in path.read_text(encoding="utf-8").splitlines() + [""]:
        if line.startswith(TEXT):
            text = line.removeprefix(TEXT)
        elif line and not line.startswith("#"):
            rows.append(line.split("\t"))
        elif not line and rows:
            yield text, list(words(text, rows))
            text, rows = None, []


def words(text, rows):
    spans, position, inside = {}, 0, 0
    for row in rows:
        if "-" in row[ID]:
            inside = int(row[ID].split("-")[1])
        elif "." in row[ID] or int(row[ID]) <= inside:
            continue
        start = text.index(row[FORM], position)
        position = start + len(row[FORM])
        spans[row[ID]] = (start, position)
    for row in rows:
        if row[ID].isdigit():
            head = "root" if row[HEAD] == "0" else spans.get(row[HEAD])
            yield {"span": spans.get(row[ID]), "lemma": row[LEMMA], "pos": row[UPOS], "head": head,
                   "dep": row[DEPREL].split(":")[0]}


def main(path):
    skill = Nlp({})
    counts, parts, confused = collections.Counter(), collections.defaultdict(collections.Counter), collections.Counter()
    start = time.perf_counter()
    spanish = {"text_language": "es"}
    answers = [
        (text, gold, skill.infer(Request.for_tests(text, options=spanish)).json) for text, gold in sentences(path)]
    seconds = time.perf_counter() - start
    for _, gold, found in answers:
        tokens = found["tokens"]
        spans = [(token["start"], token["end"]) for token in tokens]
        by_span = dict(zip(spans, tokens))
        counts["sentences"] += 1
        counts["whole"] += len(found["sentences"]) == 1
        counts["words"] += len(gold)
        counts["tokens"] += len(tokens)
        for word in gold:
            token = by_span.get(word["span"])
            if not token:
                continue
            head = "root" if token["dep"] == "root" else spans[token["head"]]
            right = {
                "pos": token["pos"] == word["pos"], "lemma": token["lemma"].casefold() == word["lemma"].casefold(),
                "head": head == word["head"]}
            right["labelled"] = right["head"] and token["dep"].split(":")[0] == word["dep"]
            counts["aligned"] += 1
            counts.update(name for name, holds in right.items() if holds)
            parts[word["pos"]].update(["all"] + [name for name, holds in right.items() if holds])
            if not right["pos"]:
                confused[word["pos"], token["pos"]] += 1

    def share(name, of="aligned"):
        return f"{100 * counts[name] / counts[of]:5.1f} %"

    print(f"sentences            {counts['sentences']}, {counts['words']} words")
    print(f"words a second       {counts['tokens'] / seconds:.0f}")
    print(f"kept as one sentence {share('whole', 'sentences')}")
    print(f"words aligned        {share('aligned', 'words')}")
    print(f"UPOS                 {share('pos')}")
    print(f"lemma                {share('lemma')}")
    print(f"UAS                  {share('head')}")
    print(f"LAS                  {share('labelled')}")
    print("\nUPOS   words   UPOS  lemma    UAS    LAS  (%)")
    for pos, part in sorted(parts.items(), key=lambda item: -item[1]["all"]):
        rates = " ".join(f"{100 * part[name] / part['all']:6.1f}" for name in ("pos", "lemma", "head", "labelled"))
        print(f"{pos:<6}{part['all']:>6} {rates}")
    print("\nmost frequent mistakes: " + ", ".join(
        f"{gold} as {found} {count}" for (gold, found), count in confused.most_common(10)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
