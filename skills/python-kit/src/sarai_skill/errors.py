"""What went wrong, for the person who asked."""

import grpc

from . import skills_pb2 as pb

METADATA_KEY = "sarai-error-bin"
# Longest message, subject or cause sent, in bytes: the peer may refuse larger headers.
MAXIMUM_FIELD_BYTES = 1024

STATUS = {
    "invalid_request": grpc.StatusCode.INVALID_ARGUMENT,
    "not_found": grpc.StatusCode.NOT_FOUND,
    "not_available": grpc.StatusCode.UNIMPLEMENTED,
    "forbidden": grpc.StatusCode.PERMISSION_DENIED,
    "too_large": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "busy": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "timeout": grpc.StatusCode.DEADLINE_EXCEEDED,
    "cancelled": grpc.StatusCode.CANCELLED,
    "corrupt_file": grpc.StatusCode.DATA_LOSS,
    "skill_failed": grpc.StatusCode.INTERNAL,
}


def _bounded(text):
    return text.encode("utf-8", "replace")[:MAXIMUM_FIELD_BYTES].decode("utf-8", "ignore")


class SkillError(Exception):
    """An error to raise from a skill: a code and one sentence in each language that says what to do next.

    `code` is one of invalid_request, not_found, not_available, forbidden, too_large, busy, timeout, cancelled,
    corrupt_file and skill_failed; `subject` names the field, option, key or file; `cause` goes to logs.
    """

    def __init__(self, code, *, es, en, subject="", cause=""):
        if code not in STATUS:
            raise ValueError(f"no such code: {code}")
        super().__init__(f"{code}: {en}" + (f" ({cause})" if cause else ""))
        self.code, self.es, self.en, self.subject, self.cause = code, es, en, subject, str(cause)

    @property
    def detail(self):
        return pb.ErrorDetail(
            code=self.code, message_es=_bounded(self.es), message_en=_bounded(self.en),
            subject=_bounded(self.subject), cause=_bounded(self.cause))

    @property
    def status(self):
        return STATUS[self.code]


class Stopping(SkillError):
    """The process is about to end: another instance, or its successor, can answer."""

    def __init__(self):
        super().__init__(
            "busy", es="La habilidad se está deteniendo. Vuelve a enviar la petición.",
            en="The skill is stopping. Send the request again.")

    @property
    def status(self):
        return grpc.StatusCode.UNAVAILABLE


def of(error):
    """Any exception that a skill raised, as a SkillError."""
    if isinstance(error, SkillError):
        return error
    return SkillError(
        "skill_failed", es="La habilidad falló al responder. Vuelve a intentarlo; su registro dice la causa.",
        en="The skill failed to answer. Try again; its log says the cause.", cause=repr(error))


def cancelled():
    return SkillError("cancelled", es="La petición se canceló.", en="The request was cancelled.")


def late():
    return SkillError(
        "timeout", es="La habilidad no terminó a tiempo. Pide menos, o dale más tiempo.",
        en="The skill did not finish in time. Ask for less, or give it more time.")


def full():
    return SkillError(
        "busy", es="La habilidad tiene demasiadas peticiones. Vuelve a intentarlo en un momento.",
        en="The skill has too many requests. Try again in a moment.")


def input_too_large(size, limit):
    return SkillError(
        "too_large", es=f"La entrada ocupa {size} bytes y el máximo son {limit}. Envía menos.",
        en=f"The input has {size} bytes and the limit is {limit}. Send less.", subject="input")


def output_too_large(limit):
    return SkillError(
        "too_large", es=f"La respuesta pasa del máximo de {limit} bytes. Pide menos de una vez.",
        en=f"The answer exceeds the limit of {limit} bytes. Ask for less at a time.", subject="output")


def nonsense(cause):
    return SkillError(
        "skill_failed", es="La habilidad dio una respuesta que no se puede usar. Avisa a su autor.",
        en="The skill gave an answer that can't be used. Tell its author.", subject="output", cause=cause)
