"""Shared by the tests that speak to a running `sarai serve` over HTTP.

SARAI_TEST_URL names it, as http://127.0.0.1:PORT; SARAI_TEST_TOKEN its token, where it has one.
"""

import json
import os
import socket
import time
from urllib.parse import urlsplit

import httpx
import openai
import pytest

URL = os.environ.get("SARAI_TEST_URL", "").rstrip("/")
TOKEN = os.environ.get("SARAI_TEST_TOKEN", "")
MODEL = "smollm2-135m"
EMBEDDINGS = "multilingual-e5-small"
# Proportional set size, in bytes, that serve may have grown by once the load is gone.
TOLERATED_GROWTH = 12 << 20


def pytest_sessionstart(session):
    if not URL:
        pytest.exit("SARAI_TEST_URL is not set: start `sarai serve` and name its address", returncode=2)


@pytest.fixture(scope="session")
def client():
    # No retries: a fault that a second attempt would hide has to be seen.
    return openai.OpenAI(base_url=f"{URL}/v1", api_key=TOKEN or "none", max_retries=0, timeout=120)


@pytest.fixture(scope="session")
def http():
    headers = {"Accept-Language": "en"}
    if TOKEN:
        headers["Authorization"] = f"Bearer {TOKEN}"
    with httpx.Client(base_url=URL, headers=headers, timeout=120) as client:
        yield client


@pytest.fixture(scope="session")
def address():
    parts = urlsplit(URL)
    return parts.hostname, parts.port


@pytest.fixture
def wire(address):
    """Opens raw connections, and closes them at the end."""
    opened = []

    def connect(data=b""):
        connection = socket.create_connection(address, timeout=30)
        opened.append(connection)
        connection.sendall(data)
        return connection

    yield connect
    for connection in opened:
        connection.close()


def request(method, path, body=b"", headers=()):
    host = urlsplit(URL).netloc
    lines = [f"{method} {path} HTTP/1.1", *headers]
    if not any(line.lower().startswith("host:") for line in lines):
        lines.append(f"Host: {host}")
    if TOKEN and not any(line.lower().startswith("authorization:") for line in lines):
        lines.append(f"Authorization: Bearer {TOKEN}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chat_body(**fields):
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}
    body.update(fields)
    return json.dumps(body).encode()


def read_to_end(connection):
    data = b""
    try:
        while chunk := connection.recv(65536):
            data += chunk
    except ConnectionResetError:
        pass
    return data


def health(http):
    reply = http.get("/health")
    assert reply.status_code == 200
    return reply.json()


def settled(http, condition, what, seconds=60):
    """Asks /health until `condition` holds of it."""
    deadline = time.monotonic() + seconds
    while True:
        state = health(http)
        if condition(state):
            return state
        assert time.monotonic() < deadline, f"{what}: {state}"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def healthy_afterwards(http):
    """Whatever a test does, the server answers afterwards and nothing of it is left running."""
    before = health(http)["memory"]["proportional_bytes"]
    yield
    assert http.get("/healthz").json() == {"status": "ok"}
    settled(http, lambda state: state["requests_in_flight"] == 1, "requests stayed in flight")
    settled(
        http, lambda state: state["memory"]["proportional_bytes"] <= before + TOLERATED_GROWTH,
        f"memory did not return to {before}")
