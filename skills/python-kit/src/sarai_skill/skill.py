"""What authors write against: the skill, its requests and its replies."""

import abc
import json
import logging
import math
import threading
import time

from . import errors


class Skill(abc.ABC):
    """A skill: made from its configuration, it answers requests, many at once.

    It is made once at the start and anew for each reload; requests under way end with the instance that they began
    with. `infer` may be a plain method, which runs on a thread of its own, or `async def`.
    """

    #: What the skill is called, as in its folder: lower-case letters, digits and hyphens, at most 64.
    name: str
    #: The skill's own version.
    version = "1"
    #: Whether `infer` makes its output obey `request.grammar`; where not, requests with a grammar are refused.
    obeys_grammars = False

    def __init__(self, configuration):
        """Reads whatever the skill needs; `configuration` is a dictionary.

        What it raises ends the process at the start; at a reload the old instance stays.
        """
        self.configuration = configuration

    @abc.abstractmethod
    def infer(self, request):
        """Answers one request: text as a `str`, a `Reply`, or None where the skill has no answer.

        A `SkillError` tells the caller what went wrong; any other exception is told as a fault of the skill.
        """


class Reply:
    """An answer that is more than text: `Reply(json=value)`, or `Reply("text", usage={"model_calls": 1})`.

    `usage` says what models computed for the answer, where the skill asked any.
    """

    USAGE = {"model_calls", "prompt_tokens", "cached_tokens", "completion_tokens"}

    def __init__(self, text=None, *, json=None, usage=None):
        if text is not None and json is not None:
            raise ValueError("a reply is text or JSON, not both")
        if unknown := set(usage or {}) - self.USAGE:
            raise ValueError(f"no such usage: {', '.join(sorted(unknown))}")
        self.text, self.json, self.usage = text, json, dict(usage or {})

    @classmethod
    def of(cls, value):
        if isinstance(value, Reply):
            return value
        if value is None or isinstance(value, str):
            return cls(value)
        raise errors.nonsense(f"infer returned {type(value).__name__}")


class Request:
    """One request to a skill.

    `id`, `language` (an IETF tag such as "es"), `options` (a dictionary of strings), `grammar` (an object with `gbnf`
    and `root`, or None), `log` (a logging adapter that names the request).
    """

    def __init__(self, *, id, kind, text, language, options, grammar, deadline, log, parts):
        self.id, self.language, self.options, self.grammar, self.log = id, language, options, grammar, log
        self._kind, self._text, self._parts = kind, text, parts
        self._deadline = deadline
        self._lock = threading.Lock()
        self._cancelled = False
        self._callbacks = []

    @classmethod
    def for_tests(cls, text=None, *, json=None, language="es", options=None, grammar=None):
        """A request for tests of a skill; the kit makes those that callers send. `sent` lists the parts sent."""
        kind, content = ("text", text) if json is None else ("json", _dumps(json))
        parts = _SentParts()
        request = cls(
            id="test", kind=kind, text=content, language=language, options=options or {}, grammar=grammar,
            deadline=time.monotonic() + 60, log=logging.LoggerAdapter(logging.getLogger("test"), {}), parts=parts)
        request.sent = parts.sent
        return request

    @property
    def is_json(self):
        return self._kind == "json"

    @property
    def text(self):
        """The input, which has to be text."""
        if self.is_json:
            raise errors.SkillError(
                "invalid_request", es="La habilidad espera texto, no JSON.", en="The skill expects text, not JSON.",
                subject="input")
        return self._text

    @property
    def json(self):
        """The input as a Python value; it has to be JSON."""
        if not self.is_json:
            raise errors.SkillError(
                "invalid_request", es="La habilidad espera JSON, no texto.", en="The skill expects JSON, not text.",
                subject="input")
        return parse_json(self._text)

    @property
    def remaining_seconds(self):
        """Until the deadline; after it nobody waits for the answer."""
        return max(0.0, self._deadline - time.monotonic())

    def send(self, part):
        """Sends a part of the output ahead of the rest; who asked for a stream gets it at once.

        The whole output is the parts in order and then the reply's text. Raises once nobody waits for it any more.
        """
        self._parts.add(part)

    @property
    def is_cancelled(self):
        """True once the deadline has passed or the caller has left."""
        return self._cancelled

    def check(self):
        """Raises once the request is cancelled: call it now and then in long work."""
        if self._cancelled:
            raise errors.cancelled()

    def on_cancel(self, callback):
        """Has `callback` called once the request is cancelled; at once where it is already."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.append(callback)
                return
        callback()

    def _cancel(self):
        with self._lock:
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        self._parts.close()
        for callback in callbacks:
            callback()


class _SentParts:
    def __init__(self):
        self.sent = []

    def add(self, part):
        self.sent.append(part)

    def close(self):
        pass


def _dumps(value):
    return json.dumps(value, ensure_ascii=False)


def parse_json(text):
    """A JSON value by the letter of RFC 8259: no NaN, no key twice, no endless nesting. Raises ValueError."""
    def refuse(name):
        raise ValueError(f"{name} is not JSON")

    def members(pairs):
        value = dict(pairs)
        if len(value) != len(pairs):
            raise ValueError("a key appears twice")
        return value

    def number(text):
        value = float(text)
        if math.isinf(value):
            raise ValueError(f"{text} is too large a number")
        return value

    try:
        return json.loads(text, parse_constant=refuse, parse_float=number, object_pairs_hook=members)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
