"""Serves a skill as a process."""

import asyncio
import json
import os
import re
import signal
import stat
import sys
import threading

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from . import errors, log
from .host import Host
from .options import Options
from .service import CONTRACT_VERSION, SERVICE, Service

KIT = "python 0.1.0"
USAGE_ERROR = 64
DATA_ERROR = 65
# The largest message besides its input: id, grammar, options.
ENVELOPE_BYTES = 1 << 20
LONGEST_SOCKET_PATH = 107


def run(skill_type, arguments=None):
    """Serves a skill until the process is told to end, and ends the process.

    Standard output gets one line of JSON: {"ready": true, …} once the skill answers, or {"error": …} and exit code 64
    (wrong options) or 65 (a configuration, socket or data that can't be used).
    """
    output = _take_standard_output()
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", skill_type.name) or len(skill_type.name) > 64:
        raise ValueError(f"a skill can't be called {skill_type.name!r}")
    try:
        options = Options.read(sys.argv[1:] if arguments is None else arguments)
    except errors.SkillError as error:
        _tell(output, error)
        sys.exit(USAGE_ERROR)
    logger = log.set_up(skill_type.name, options.log_level)
    try:
        asyncio.run(_serve(skill_type, options, logger, output))
    except Exception as error:
        logger.error("can't serve", exc_info=error)
        _tell(output, errors.of(error))
        _end(DATA_ERROR)
    _end(0)


async def _serve(skill_type, options, logger, output):
    loop = asyncio.get_running_loop()
    stop, reload = asyncio.Event(), asyncio.Event()
    # Ctrl-C in a terminal reaches the whole group; what it means is decided by whoever started the skill.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, reload.set)
    # Whoever started this process may have left it with all signals blocked, as threads of Swift do.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGUSR1})
    if options.ends_with_input:
        threading.Thread(target=_wait_for_end_of_input, args=(loop, stop), daemon=True).start()

    host = Host(skill_type, options, logger)
    service = Service(host, KIT)
    server = grpc.aio.server(options=[
        ("grpc.max_receive_message_length", options.maximum_request_bytes + ENVELOPE_BYTES),
        ("grpc.max_send_message_length", options.maximum_reply_bytes + ENVELOPE_BYTES),
        ("grpc.so_reuseport", 0),
    ])
    server.add_generic_rpc_handlers((service.handlers(),))
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    for name in ("", SERVICE):
        await checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    await _listen(server, options.socket)
    _write(output, {"ready": True, "skill": skill_type.name, "contract": CONTRACT_VERSION})
    logger.info("ready", extra={"socket": options.socket})

    reloads = asyncio.ensure_future(_reload_when_told(host, reload))
    await stop.wait()
    logger.info("stopping")
    await checks.enter_graceful_shutdown()
    service.stopping.set()
    await host.drain()
    reloads.cancel()
    # A caller who does not close its streams is not waited for.
    await server.stop(grace=1)
    logger.info("ended")


async def _listen(server, path):
    if not 1 <= len(path.encode()) <= LONGEST_SOCKET_PATH:
        raise _refused(path, f"a socket path has 1 to {LONGEST_SOCKET_PATH} bytes")
    if os.path.lexists(path) and not _is_socket(path):
        raise _refused(path, "something else than a socket is there")
    # The file's mode comes with its making: there is no moment in which others could connect.
    mask = os.umask(0o177)
    try:
        server.add_insecure_port(f"unix:{path}")
        await server.start()
    except RuntimeError as error:
        raise _refused(path, error) from error
    finally:
        os.umask(mask)


def _is_socket(path):
    return stat.S_ISSOCK(os.lstat(path).st_mode)


def _refused(path, cause):
    return errors.SkillError(
        "invalid_request", es=f"No se puede escuchar en {path}. Comprueba la carpeta y sus permisos.",
        en=f"It is not possible to listen on {path}. Check the folder and its permissions.", subject=path, cause=cause)


async def _reload_when_told(host, told):
    while True:
        await told.wait()
        told.clear()
        try:
            await host.reload()
        except errors.SkillError:
            pass  # It is in the log.


def _wait_for_end_of_input(loop, stop):
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


def _take_standard_output():
    """Keeps standard output for lines that a program reads; whatever else prints goes to standard error."""
    output = os.dup(1)
    os.dup2(2, 1)
    return output


def _write(output, value):
    try:
        os.write(output, (json.dumps(value, ensure_ascii=False) + "\n").encode())
    except OSError:
        pass  # A reader that is gone is no fault.


def _tell(output, error):
    detail = {"code": error.code, "message_es": error.es, "message_en": error.en}
    if error.subject:
        detail["subject"] = error.subject
    if error.cause:
        detail["cause"] = error.cause
    _write(output, {"error": detail})


def _end(code):
    sys.stderr.flush()
    # Threads that did not notice their cancellation are not waited for.
    os._exit(code)
