"""The parts of an output that come before the reply."""

import json
import threading

from . import errors
from .skill import Reply


class Parts:
    """Sent on at once, or kept where the caller wants one answer. `add` may be called from any thread."""

    def __init__(self, maximum_bytes, forward=None):
        self._maximum_bytes, self._forward = maximum_bytes, forward
        self._lock = threading.Lock()
        self._kept = []
        self._bytes = 0
        self._closed = False

    def add(self, part):
        content = part.encode("utf-8")
        with self._lock:
            if self._closed:
                raise errors.cancelled()
            if self._bytes + len(content) > self._maximum_bytes:
                raise errors.output_too_large(self._maximum_bytes)
            self._bytes += len(content)
            if self._forward:
                self._forward(content)
            else:
                self._kept.append(content)

    def close(self):
        with self._lock:
            self._closed = True

    def finish(self, value):
        """(field, bytes) of what is left of the output, the size of the whole, and the reply as the skill gave it."""
        reply = Reply.of(value)
        with self._lock:
            kept, size = b"".join(self._kept), self._bytes
        if reply.json is not None:
            content, field = _json(reply.json), "json"
        elif reply.text is not None or size:
            content, field = kept + _bytes(reply.text or ""), "text"
            size -= len(kept)
        else:
            return None, 0, reply
        if size + len(content) > self._maximum_bytes:
            raise errors.output_too_large(self._maximum_bytes)
        if field == "json" and size:
            raise errors.nonsense("JSON after parts of text")
        return (field, content), size + len(content), reply


def _bytes(text):
    try:
        return text.encode("utf-8")
    except (AttributeError, UnicodeEncodeError) as error:
        raise errors.nonsense(error) from error


def _json(value):
    try:
        return _bytes(json.dumps(value, ensure_ascii=False, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise errors.nonsense(error) from error
