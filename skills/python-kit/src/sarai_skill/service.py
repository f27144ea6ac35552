"""The contract's calls as gRPC carries them."""

import asyncio

import grpc

from . import errors
from . import skills_pb2 as pb

SERVICE = "sarai.skills.v1.Skill"
CONTRACT_VERSION = 1


class Service:
    def __init__(self, host, kit):
        self._host, self._kit = host, kit
        self.stopping = asyncio.Event()

    def handlers(self):
        def unary(method, request):
            return grpc.unary_unary_rpc_method_handler(
                method, request_deserializer=request.FromString, response_serializer=_serialized)

        return grpc.method_handlers_generic_handler(SERVICE, {
            "Describe": unary(self.describe, pb.DescribeRequest),
            "Infer": unary(self.infer, pb.InferRequest),
            "InferStream": grpc.unary_stream_rpc_method_handler(
                self.infer_stream, request_deserializer=pb.InferRequest.FromString, response_serializer=_serialized),
            "Session": grpc.stream_stream_rpc_method_handler(
                self.session, request_deserializer=pb.SessionRequest.FromString, response_serializer=_serialized),
            "Reload": unary(self.reload, pb.ReloadRequest),
        })

    async def describe(self, request, context):
        host, options = self._host, self._host.options
        limits = pb.Limits(
            request_bytes=options.maximum_request_bytes, reply_bytes=options.maximum_reply_bytes,
            running_requests=options.maximum_running, waiting_requests=options.maximum_waiting,
            timeout_milliseconds=int(options.timeout_seconds * 1000))
        return pb.DescribeReply(
            contract_version=CONTRACT_VERSION, name=host.type.name, version=host.type.version, kit=self._kit,
            obeys_grammars=host.type.obeys_grammars, limits=limits, generation=host.generation,
            metrics=host.metrics.message(host.running, host.waiting))

    async def infer(self, request, context):
        try:
            return await self._host.answer(request, context.time_remaining())
        except errors.SkillError as error:
            await _abort(context, error)

    async def infer_stream(self, request, context):
        loop, parts = asyncio.get_running_loop(), asyncio.Queue()
        answer = asyncio.ensure_future(self._host.answer(
            request, context.time_remaining(),
            forward=lambda part: loop.call_soon_threadsafe(parts.put_nowait, part)))
        # Parts are on the loop before the result of the thread that sent them is.
        answer.add_done_callback(lambda _: parts.put_nowait(None))
        try:
            while (part := await parts.get()) is not None:
                await context.write(pb.InferEvent(part=part))
            await context.write(pb.InferEvent(reply=await answer))
        except errors.SkillError as error:
            await _abort(context, error)
        finally:
            answer.cancel()

    async def session(self, request_iterator, context):
        try:
            # Clients may wait for it before they send anything.
            await context.send_initial_metadata(())
            await Session(self._host, context, self.stopping).run()
        except errors.SkillError as error:
            await _abort(context, error)

    async def reload(self, request, context):
        try:
            generation, seconds = await self._host.reload()
            return pb.ReloadReply(generation=generation, seconds=seconds)
        except errors.SkillError as error:
            await _abort(context, error)


class Session:
    """Many requests over one kept stream."""

    def __init__(self, host, context, stopping):
        self._host, self._context, self._stopping = host, context, stopping
        self._under_way = {}
        # gRPC sends one message at a time.
        self._writing = asyncio.Lock()

    async def run(self):
        """Answers until the caller ends the stream or leaves, or the skill stops: then raises Stopping."""
        stop = asyncio.ensure_future(self._stopping.wait())
        read = None
        try:
            while True:
                read = asyncio.ensure_future(self._context.read())
                await asyncio.wait({read, stop}, return_when=asyncio.FIRST_COMPLETED)
                if not read.done() or (message := read.result()) is grpc.aio.EOF:
                    break
                await self._take(message)
            await asyncio.gather(*self._under_way.values())
            if stop.done():
                raise errors.Stopping()
        finally:
            stop.cancel()
            if read:
                read.cancel()
            for task in self._under_way.values():
                task.cancel()

    async def _take(self, message):
        kind = message.WhichOneof("kind")
        if kind == "cancel_request_id":
            if task := self._under_way.get(message.cancel_request_id):
                task.cancel()
        elif kind == "infer":
            refusal = self._refusal(message.infer.request_id)
            if refusal:
                # Before the next one is read: a caller who only sends is slowed down rather than stored.
                await self._write(pb.InferReply(request_id=message.infer.request_id, error=refusal.detail))
            else:
                task = asyncio.ensure_future(self._answer(message.infer))
                self._under_way[message.infer.request_id] = task

    def _refusal(self, id):
        limit = self._host.options.maximum_running + self._host.options.maximum_waiting
        if not id:
            return errors.SkillError(
                "invalid_request", es="En una sesión cada petición lleva su identificador.",
                en="In a session each request has its id.", subject="request_id")
        if id in self._under_way:
            return errors.SkillError(
                "invalid_request", es="Ya hay una petición en curso con ese identificador. Usa otro.",
                en="A request with that id is under way. Use another one.", subject="request_id")
        return errors.full() if len(self._under_way) >= limit else None

    async def _answer(self, request):
        try:
            reply = await self._host.answer(request)
        except errors.SkillError as error:
            reply = pb.InferReply(request_id=request.request_id, error=error.detail)
        except asyncio.CancelledError:
            reply = pb.InferReply(request_id=request.request_id, error=errors.cancelled().detail)
        try:
            await self._write(reply)
        finally:
            del self._under_way[request.request_id]

    async def _write(self, reply):
        async with self._writing:
            await self._context.write(reply)


async def _abort(context, error):
    await context.abort(
        error.status, error.detail.message_en,
        trailing_metadata=((errors.METADATA_KEY, error.detail.SerializeToString()),))


def _serialized(message):
    return message.SerializeToString()
