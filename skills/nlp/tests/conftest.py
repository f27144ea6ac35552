"""The skill as a process, started as SARAi starts it but for the sandbox."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

ROOT = pathlib.Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".deps/python/nlp/bin/python"
SERVICE = "/sarai.skills.v1.Skill/"

from sarai_skill import skills_pb2 as pb  # noqa: E402


class Nlp:
    def __init__(self):
        assert PYTHON.exists(), "set-up makes .deps/python/nlp"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sarai-"))
        socket, self.log = self.folder / "s.sock", self.folder / "log"
        self.process = subprocess.Popen(
            [str(PYTHON), str(ROOT / "skills/nlp/nlp.py")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.log.open("w"), env={"SARAI_SKILL_SOCKET": str(socket), "PYTHONDONTWRITEBYTECODE": "1"})
        self.first_line = json.loads(self.process.stdout.readline())
        self.channel = grpc.insecure_channel(f"unix:{socket}")
        self._infer = self.channel.unary_unary(
            SERVICE + "Infer", request_serializer=pb.InferRequest.SerializeToString,
            response_deserializer=pb.InferReply.FromString)

    def send(self, **fields):
        return self._infer(pb.InferRequest(**fields))

    def ask(self, text, language="es", **options):
        """The analysis of a text."""
        reply = self.send(input=pb.Content(text=text.encode()), language=language, options=options)
        return json.loads(reply.output.json)

    def ask_json(self, value, language="es"):
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        return json.loads(self.send(input=pb.Content(json=content), language=language).output.json)

    def refusal(self, call):
        """The ErrorDetail with which a call fails."""
        with pytest.raises(grpc.RpcError) as raised:
            call()
        metadata = dict(raised.value.trailing_metadata())
        return pb.ErrorDetail.FromString(metadata["sarai-error-bin"])

    def health(self):
        return health_pb2_grpc.HealthStub(self.channel).Check(health_pb2.HealthCheckRequest())

    def reload(self):
        return self.channel.unary_unary(
            SERVICE + "Reload", request_serializer=pb.ReloadRequest.SerializeToString,
            response_deserializer=pb.ReloadReply.FromString)(pb.ReloadRequest())

    def resident_bytes(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def end(self):
        self.channel.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def nlp():
    skill = Nlp()
    yield skill
    skill.end()
