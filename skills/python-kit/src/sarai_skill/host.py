"""Holds the skill, decides which requests run, and sees to it that each ends."""

import asyncio
import collections
import concurrent.futures
import inspect
import secrets
import time

from . import errors, log
from . import skills_pb2 as pb
from .metrics import RESULT_OF_CODE, Metrics
from .parts import Parts
from .skill import Request, parse_json

MAXIMUM_ID_BYTES = 128
MAXIMUM_TIMEOUT_MILLISECONDS = 1 << 40


class Host:
    """Everything but the skill's own code runs on the event loop's thread."""

    def __init__(self, skill_type, options, logger):
        self.type, self.options, self.log = skill_type, options, logger
        self.metrics = Metrics()
        self.generation = 1
        self.is_stopping = False
        self._skill = skill_type(options.read_configuration())
        self._running = 0
        self._waiting = collections.deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._abandoned = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._threads = concurrent.futures.ThreadPoolExecutor(options.maximum_running, "sarai-skill")
        self._reload_thread = concurrent.futures.ThreadPoolExecutor(1, "sarai-reload")

    @property
    def running(self):
        return self._running

    @property
    def waiting(self):
        return len(self._waiting)

    # Requests

    async def answer(self, message, call_seconds=None, forward=None):
        """An InferReply for an InferRequest. Raises SkillError; each request is counted once."""
        arrival = time.monotonic()
        try:
            request, parts = self._request(message, arrival, call_seconds, forward)
        except errors.SkillError:
            self.metrics.count("refused", time.monotonic() - arrival)
            raise
        try:
            reply = await self._run(request, parts, arrival)
        except asyncio.CancelledError:
            # gRPC's own timer cancels too, a moment before ours would say that it is late.
            is_late = request._deadline - time.monotonic() < 0.005
            self._count_failure(request, errors.late() if is_late else errors.cancelled(), arrival)
            raise
        except Exception as error:
            failure = errors.of(error)
            self._count_failure(request, failure, arrival, cause=None if failure is error else error)
            raise failure from error
        finally:
            parts.close()
        self.metrics.count("succeeded", time.monotonic() - arrival)
        return reply

    def _request(self, message, arrival, call_seconds, forward):
        kind, text = self._checked_input(message)
        id = message.request_id or secrets.token_hex(8)
        seconds = self.options.timeout_seconds
        if message.timeout_milliseconds:
            seconds = min(seconds, min(message.timeout_milliseconds, MAXIMUM_TIMEOUT_MILLISECONDS) / 1000)
        if call_seconds is not None:
            seconds = min(seconds, call_seconds)
        parts = Parts(self.options.maximum_reply_bytes, forward)
        request = Request(
            id=id, kind=kind, text=text, language=message.language or "es", options=dict(message.options),
            grammar=self._grammar(message), deadline=arrival + seconds,
            log=log.RequestLog(self.log.logger, {"request_id": id}), parts=parts)
        return request, parts

    def _checked_input(self, message):
        if len(message.request_id.encode()) > MAXIMUM_ID_BYTES:
            raise errors.SkillError(
                "invalid_request", subject="request_id",
                es=f"El identificador de la petición pasa de {MAXIMUM_ID_BYTES} bytes. Usa uno más corto.",
                en=f"The request's id exceeds {MAXIMUM_ID_BYTES} bytes. Use a shorter one.")
        kind = message.input.WhichOneof("value")
        if kind is None:
            raise errors.SkillError(
                "invalid_request", es="La petición no trae entrada: envía texto o JSON.",
                en="The request has no input: send text or JSON.", subject="input")
        content = getattr(message.input, kind)
        if len(content) > self.options.maximum_request_bytes:
            raise errors.input_too_large(len(content), self.options.maximum_request_bytes)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise errors.SkillError(
                "invalid_request", es="La entrada no es UTF-8 válido. Envía texto en UTF-8.",
                en="The input is not valid UTF-8. Send text as UTF-8.", subject="input") from error
        if kind == "json":
            try:
                parse_json(text)
            except ValueError as error:
                raise errors.SkillError(
                    "invalid_request", es=f"La entrada no es JSON válido: {error}.",
                    en=f"The input is not valid JSON: {error}.", subject="input") from error
        return kind, text

    def _grammar(self, message):
        if not message.HasField("grammar"):
            return None
        if not self.type.obeys_grammars:
            raise errors.SkillError(
                "not_available", es="Esta habilidad no sabe ceñirse a una gramática. Pide sin ella.",
                en="This skill can't obey a grammar. Ask without one.", subject="grammar")
        if not message.grammar.gbnf:
            raise errors.SkillError(
                "invalid_request", es="La gramática está vacía. Envía una en GBNF, o ninguna.",
                en="The grammar is empty. Send one in GBNF, or none.", subject="grammar")
        return pb.Grammar(gbnf=message.grammar.gbnf, root=message.grammar.root or "root")

    async def _run(self, request, parts, arrival):
        await self._turn(request)
        start = time.monotonic()
        work = self._call(request)
        abandoned = asyncio.ensure_future(self._abandoned.wait())
        try:
            await asyncio.wait(
                {work, abandoned}, timeout=request.remaining_seconds, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise errors.Stopping() if self._abandoned.is_set() else errors.late()
            output, size, reply = parts.finish(work.result())
        finally:
            abandoned.cancel()
            if not work.done():
                request._cancel()
                # A thread can't be ended from outside: it keeps its place until it returns.
                if isinstance(work, asyncio.Task):
                    work.cancel()
        usage = pb.Usage(input_bytes=len(request._text.encode()), output_bytes=size, **reply.usage)
        timings = pb.Timings(queue_seconds=start - arrival, infer_seconds=time.monotonic() - start)
        message = pb.InferReply(request_id=request.id, usage=usage, timings=timings)
        if output:
            setattr(message.output, *output)
        return message

    async def _turn(self, request):
        """Waits for a place among the running requests."""
        if self.is_stopping:
            raise errors.Stopping()
        if self._running < self.options.maximum_running:
            self._running += 1
            self._idle.clear()
            return
        if len(self._waiting) >= self.options.maximum_waiting:
            raise errors.full()
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            done, _ = await asyncio.wait({turn}, timeout=request.remaining_seconds)
            if not done:
                raise errors.late()
        except BaseException:
            if turn.done():
                self._release()
            else:
                self._waiting.remove(turn)
            raise

    def _call(self, request):
        skill = self._skill
        if inspect.iscoroutinefunction(skill.infer):
            work = asyncio.ensure_future(skill.infer(request))
        else:
            work = asyncio.get_running_loop().run_in_executor(self._threads, skill.infer, request)
        work.add_done_callback(self._returned)
        return work

    def _returned(self, work):
        self._release()
        if not work.cancelled():
            work.exception()  # Nobody may be waiting for it any more; asyncio would complain.

    def _release(self):
        if self._waiting:
            self._waiting.popleft().set_result(None)
            return
        self._running -= 1
        if self._running == 0:
            self._idle.set()

    def _count_failure(self, request, error, arrival, cause=None):
        seconds = time.monotonic() - arrival
        self.metrics.count(RESULT_OF_CODE.get(error.code, "failed"), seconds)
        # An error's sentence may quote what was asked, which is nothing for a log; a fault of the skill's own is told.
        level, told = (40, f"{error.code}: {error.cause}") if error.code == "skill_failed" else (20, error.code)
        request.log.log(level, "%s", told, exc_info=cause, extra={"seconds": round(seconds, 6)})

    # Reload

    async def reload(self):
        """Makes the skill anew; (generation, seconds). Raises SkillError; the old instance stays."""
        async with self._reloading:
            start = time.monotonic()
            try:
                skill = await asyncio.get_running_loop().run_in_executor(
                    self._reload_thread, lambda: self.type(self.options.read_configuration()))
            except Exception as error:
                self.metrics.count_reload(False)
                self.log.error("not reloaded", exc_info=error)
                raise errors.of(error) from error
            self._skill = skill
            self.generation += 1
            self.metrics.count_reload(True)
            seconds = time.monotonic() - start
            self.log.info("reloaded", extra={"generation": self.generation, "seconds": round(seconds, 6)})
            return self.generation, seconds

    # The end

    async def drain(self):
        """Refuses new requests and waits for those under way, so long as the options say; the rest are ended then."""
        self.is_stopping = True
        try:
            await asyncio.wait_for(self._idle.wait(), self.options.drain_seconds)
        except TimeoutError:
            self._abandoned.set()
