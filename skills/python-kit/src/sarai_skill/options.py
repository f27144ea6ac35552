"""What whoever starts a skill decides: environment variables, and two paths that may be arguments as well."""

import argparse
import json
import os
from dataclasses import dataclass, field

from .errors import SkillError

LEVELS = {"trace": 5, "debug": 10, "info": 20, "notice": 25, "warning": 30, "error": 40, "critical": 50}
MAXIMUM_CONFIGURATION_BYTES = 1 << 20


@dataclass
class Options:
    socket: str = "/run/sarai/skill.sock"
    configuration: str | None = None
    maximum_request_bytes: int = 2 << 20
    maximum_reply_bytes: int = 2 << 20
    maximum_running: int = 4
    maximum_waiting: int = 256
    timeout_seconds: float = 60.0
    drain_seconds: float = 10.0
    ends_with_input: bool = False
    log_level: int = field(default=LEVELS["info"])

    @classmethod
    def read(cls, arguments, environment=os.environ):
        """Raises SkillError, naming what was wrong."""
        options = cls()
        options.socket = environment.get("SARAI_SKILL_SOCKET", options.socket)
        options.configuration = environment.get("SARAI_SKILL_CONFIGURATION")
        parser = argparse.ArgumentParser(exit_on_error=False, add_help=False, allow_abbrev=False)
        parser.add_argument("--socket")
        parser.add_argument("--configuration")
        try:
            given, rest = parser.parse_known_args(arguments)
        except argparse.ArgumentError as error:
            raise wrong(error.argument_name) from error
        if rest:
            raise wrong(rest[0])
        options.socket = given.socket or options.socket
        options.configuration = given.configuration or options.configuration

        def limit(name, kind, low, high, default):
            text = environment.get(name)
            if text is None:
                return default
            try:
                value = kind(text)
            except ValueError as error:
                raise wrong(name) from error
            if not low <= value <= high:
                raise wrong(name)
            return value

        options.maximum_request_bytes = limit(
            "SARAI_SKILL_MAX_REQUEST_BYTES", int, 1, 1 << 30, options.maximum_request_bytes)
        options.maximum_reply_bytes = limit(
            "SARAI_SKILL_MAX_REPLY_BYTES", int, 1, 1 << 30, options.maximum_reply_bytes)
        options.maximum_running = limit("SARAI_SKILL_MAX_RUNNING", int, 1, 1024, options.maximum_running)
        options.maximum_waiting = limit("SARAI_SKILL_MAX_WAITING", int, 0, 100_000, options.maximum_waiting)
        options.timeout_seconds = limit("SARAI_SKILL_TIMEOUT_SECONDS", float, 0, 86_400, options.timeout_seconds)
        options.drain_seconds = limit("SARAI_SKILL_DRAIN_SECONDS", float, 0, 86_400, options.drain_seconds)
        options.ends_with_input = environment.get("SARAI_SKILL_END_WITH_INPUT") == "1"
        level = environment.get("SARAI_SKILL_LOG_LEVEL", "info")
        if level not in LEVELS:
            raise wrong("SARAI_SKILL_LOG_LEVEL")
        options.log_level = LEVELS[level]
        return options

    def read_configuration(self):
        """The configuration file's object; {} where there is no file to read. Raises SkillError."""
        if self.configuration is None:
            return {}
        try:
            with open(self.configuration, "rb") as file:
                content = file.read(MAXIMUM_CONFIGURATION_BYTES + 1)
            if len(content) > MAXIMUM_CONFIGURATION_BYTES:
                raise ValueError(f"more than {MAXIMUM_CONFIGURATION_BYTES} bytes")
            value = json.loads(content)
            if not isinstance(value, dict):
                raise ValueError("no object")
            return value
        except (OSError, ValueError, RecursionError) as error:
            path = self.configuration
            raise SkillError(
                "invalid_request", es=f"No se puede usar la configuración {path}: debe ser un objeto JSON legible.",
                en=f"The configuration {path} can't be used: it must be a readable JSON object.", subject=path,
                cause=error) from error


def wrong(name):
    return SkillError(
        "invalid_request", es=f"El valor de {name} no vale, o esa opción no existe. Mira docs/Skills.md.",
        en=f"The value of {name} is wrong, or there is no such option. See docs/Skills.md.", subject=name)
