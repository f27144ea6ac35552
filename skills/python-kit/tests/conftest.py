"""A skill's process and a channel to it."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc
import pytest

from sarai_skill import skills_pb2 as pb

SERVICE = "/sarai.skills.v1.Skill/"
SOURCES = pathlib.Path(__file__).parent.parent / "src"


class Running:
    def __init__(self, folder, code, environment):
        file = folder / "skill.py"
        file.write_text(code, encoding="utf-8")
        self.socket = folder / "s.sock"
        self.log = folder / "log"
        self.process = subprocess.Popen(
            [sys.executable, str(file)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log.open("w"),
            env={**os.environ, "PYTHONPATH": str(SOURCES), "SARAI_SKILL_SOCKET": str(self.socket), **environment})
        self.first_line = self.process.stdout.readline()
        self.channel = grpc.insecure_channel(f"unix:{self.socket}")

    def ask(self, text, **fields):
        call = self.channel.unary_unary(
            SERVICE + "Infer", request_serializer=pb.InferRequest.SerializeToString,
            response_deserializer=pb.InferReply.FromString)
        return call(pb.InferRequest(input=pb.Content(text=text.encode()), **fields))

    def end(self):
        self.channel.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start():
    """Starts a skill from its source; it ends with the test."""
    running = []

    def start(code, **environment):
        # A socket's path is short, and pytest's folders are not.
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sarai-"))
        running.append((Running(folder, code, environment), folder))
        return running[-1][0]

    yield start
    for skill, folder in running:
        skill.end()
        shutil.rmtree(folder)
