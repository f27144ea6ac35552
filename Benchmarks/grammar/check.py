"""Reads texts that were written under a grammar, and says what is wrong with them: `sarai bench grammar` runs it.

Argument: a file of JSON Lines, each {"text": …} with a "schema", or with a "form" of python or markdown. Prints a line
{"index": …, "fault": …} for each text that is wrong, and at the end how many were read, and how many have an object
with a key twice. JSON is read as strictly as its standard: no NaN.
"""

import ast
import json
import sys
import warnings

from jsonschema import Draft202012Validator

warnings.simplefilter("ignore")
checker = Draft202012Validator.FORMAT_CHECKER
repeats = False


def members(pairs):
    global repeats
    repeats = repeats or len(dict(pairs)) < len(pairs)
    return dict(pairs)


def no_number(name):
    raise ValueError(name + " is no JSON")


def check_schema(schema, text):
    value = json.loads(text, object_pairs_hook=members, parse_constant=no_number)
    Draft202012Validator(schema, format_checker=checker).validate(value)


def check_markdown(text):
    assert text.startswith("# ") and text.endswith("\n"), "no heading or no end of line"
    level, in_code = 0, False
    for line in text.split("\n"):
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code and line.startswith("#"):
            depth = len(line) - len(line.lstrip("#"))
            assert depth <= level + 1 and line[depth:depth + 1] == " ", "heading " + line[:40]
            level = depth
    assert not in_code, "an open block of code"


checked = repeating = 0
with open(sys.argv[1], encoding="utf-8") as lines:
    for index, line in enumerate(lines):
        entry = json.loads(line)
        repeats = False
        try:
            if "schema" in entry:
                check_schema(entry["schema"], entry["text"])
            elif entry["form"] == "python":
                ast.parse(entry["text"])
            else:
                check_markdown(entry["text"])
        except Exception as error:
            fault = type(error).__name__ + ": " + str(error)[:200] + " in " + entry["text"][-200:]
            print(json.dumps({"index": index, "fault": fault}))
        checked += 1
        repeating += repeats
print(json.dumps({"checked": checked, "repeating": repeating}))
