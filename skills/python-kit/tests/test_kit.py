"""What is Python's own in the kit; the contract itself is held against both kits by SkillProtocolTests."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc
import pytest

from sarai_skill import Reply, SkillError, errors
from sarai_skill import skills_pb2 as pb
from sarai_skill.options import Options
from sarai_skill.parts import Parts
from sarai_skill.skill import Request, parse_json

ROOT = Path(__file__).parents[3]

ASYNC_SKILL = """
import asyncio
from sarai_skill import Reply, Skill, run

class Async(Skill):
    name = "async"
    held = asyncio.Event()
    cancelled = asyncio.Event()

    async def infer(self, request):
        if request.text == "hold":
            self.held.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled.set()
        if request.text == "held":
            await self.held.wait()
        if request.text == "cancelled":
            await self.cancelled.wait()
        print("to standard error, not to the reader of the first line")
        return Reply(request.text, usage={"model_calls": 1, "prompt_tokens": 7})

run(Async)
"""


def request_for_test(parts=None, kind="text", text=""):
    return Request(
        id="1", kind=kind, text=text, language="es", options={}, grammar=None, deadline=time.monotonic() + 60, log=None,
        parts=parts or Parts(100))


def test_generated_code_is_in_step_with_the_contract(tmp_path):
    subprocess.run(
        [ROOT / "scripts/generate-python", tmp_path], check=True, env={"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"})
    fresh = (tmp_path / "sarai_skill/skills_pb2.py").read_text()
    committed = (ROOT / "skills/python-kit/src/sarai_skill/skills_pb2.py").read_text()
    assert fresh == committed, "run scripts/generate-python"


def test_unknown_fields_survive_a_round_trip():
    known = pb.InferRequest(request_id="r").SerializeToString()
    unknown = b"\xc2\x3e\x03abc"  # field 1000
    message = pb.InferRequest.FromString(known + unknown)
    message.language = "en"
    assert unknown in message.SerializeToString()


def test_a_skill_may_be_written_with_async(start):
    skill = start(ASYNC_SKILL)
    assert json.loads(skill.first_line) == {"ready": True, "skill": "async", "contract": 1}
    reply = skill.ask("hola")
    assert reply.output.text == b"hola"
    assert (reply.usage.model_calls, reply.usage.prompt_tokens) == (1, 7)
    with pytest.raises(grpc.RpcError) as late:
        skill.ask("hold", timeout_milliseconds=30)
    assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    # Its task was cancelled, not merely left alone.
    assert skill.ask("held").output.text == b"held"
    assert skill.ask("cancelled").output.text == b"cancelled"


@pytest.mark.parametrize("name", ["Mayúsculas", "", "a b", "-a", "../x", "x" * 65])
def test_a_name_that_could_be_a_path_is_refused(start, name):
    skill = start(ASYNC_SKILL.replace('name = "async"', f"name = {name!r}"))
    assert skill.first_line == b""
    assert skill.process.wait() == 1
    assert "a skill can't be called" in skill.log.read_text()


@pytest.mark.parametrize("text", ["", "{", "[1,]", "NaN", "Infinity", "1e999", '{"a":1,"a":2}', "[" * 100_000, "1 2"])
def test_what_is_not_json_is_refused(text):
    with pytest.raises(ValueError):
        parse_json(text)


def test_json_is_read():
    assert parse_json('{"a":[1,2.5,"ñ",null,true]}') == {"a": [1, 2.5, "ñ", None, True]}
    assert request_for_test(kind="json", text="[1]").json == [1]
    with pytest.raises(SkillError):
        request_for_test(kind="json", text="[1]").text
    with pytest.raises(SkillError):
        request_for_test(kind="text", text="[1]").json


def test_parts_are_joined_and_bounded():
    parts = Parts(10)
    parts.add("uno")
    parts.add("dos")
    assert parts.finish("tres")[:2] == (("text", b"unodostres"), 10)
    with pytest.raises(SkillError) as large:
        parts.add("cuatro")
    assert large.value.code == "too_large"
    with pytest.raises(SkillError):
        parts.finish("tres!")
    with pytest.raises(SkillError):
        parts.finish(Reply(json=1))
    parts.close()
    with pytest.raises(SkillError) as closed:
        parts.add("x")
    assert closed.value.code == "cancelled"


def test_replies_of_any_other_kind_are_nonsense():
    for value in (3, b"bytes", ["list"], Reply(json=float("nan")), Reply(json={1, 2}), "\ud800"):
        with pytest.raises(SkillError) as error:
            Parts(100).finish(value)
        assert error.value.code == "skill_failed"
    assert Parts(100).finish(None)[:2] == (None, 0)
    assert Parts(100).finish(Reply(json={"ñ": [1]}))[0] == ("json", '{"ñ": [1]}'.encode())


def test_a_cancelled_request_says_so_to_all_who_listen():
    request = request_for_test()
    request.check()
    calls = []
    request.on_cancel(lambda: calls.append("early"))
    thread = threading.Thread(target=request._cancel)
    thread.start()
    thread.join()
    request.on_cancel(lambda: calls.append("late"))
    assert calls == ["early", "late"]
    assert request.is_cancelled
    with pytest.raises(SkillError):
        request.check()


def test_an_error_fits_into_a_header():
    error = SkillError("not_found", es="ñ" * 5000, en="x", subject="s", cause=ValueError("why"))
    assert len(error.detail.message_es.encode()) <= errors.MAXIMUM_FIELD_BYTES
    assert error.detail.cause == "why"
    with pytest.raises(ValueError):
        SkillError("no_such_code", es="", en="")


def test_options_come_from_the_environment_and_arguments():
    options = Options.read(["--socket", "/a"], {"SARAI_SKILL_SOCKET": "/b", "SARAI_SKILL_MAX_RUNNING": "3"})
    assert (options.socket, options.maximum_running) == ("/a", 3)
    assert Options.read([], {"SARAI_SKILL_SOCKET": "/b"}).socket == "/b"
    for arguments, environment in (
            (["--what"], {}), (["--socket"], {}), ([], {"SARAI_SKILL_MAX_RUNNING": "x"}),
            ([], {"SARAI_SKILL_LOG_LEVEL": "loud"}), ([], {"SARAI_SKILL_TIMEOUT_SECONDS": "nan"})):
        with pytest.raises(SkillError):
            Options.read(arguments, environment)


def test_the_template_of_a_new_skill_works(tmp_path):
    for file in (ROOT / "skills/templates/python").iterdir():
        text = file.read_text(encoding="utf-8").replace("__NAME__", "new-skill").replace("__TYPE__", "NewSkill")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path], cwd=tmp_path, capture_output=True,
        text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "skills/python-kit/src")})
    assert tests.returncode == 0, tests.stdout


def test_a_request_can_be_made_for_tests():
    request = Request.for_tests(json={"a": 1}, language="en", options={"k": "v"})
    request.send("part")
    assert (request.json, request.language, request.options, request.sent) == ({"a": 1}, "en", {"k": "v"}, ["part"])
