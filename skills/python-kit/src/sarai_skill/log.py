"""A log of one JSON object a line on standard error: when, how grave, what, which skill and which request."""

import json
import logging
import sys

LONGEST_TEXT = 4096
LEVEL_NAMES = {5: "trace", 10: "debug", 20: "info", 25: "notice", 30: "warning", 40: "error", 50: "critical"}


class JSONLines(logging.Formatter):
    def __init__(self, skill):
        super().__init__()
        self._skill = skill

    def format(self, record):
        line = {
            "unix_seconds": round(record.created, 6),
            "level": LEVEL_NAMES.get(record.levelno, record.levelname.lower()),
            "skill": self._skill,
        }
        for name, value in sorted(getattr(record, "fields", {}).items()):
            line[name] = str(value)[:LONGEST_TEXT]
        line["message"] = record.getMessage()[:LONGEST_TEXT]
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)[-LONGEST_TEXT:]
        return json.dumps(line, ensure_ascii=False)


class RequestLog(logging.LoggerAdapter):
    """Adds fields to each line: `request.log.info("read", extra={"rows": 3})`."""

    def process(self, message, keywords):
        fields = {**self.extra, **keywords.pop("extra", {})}
        return message, {**keywords, "extra": {"fields": fields}}


def set_up(skill, level):
    """Makes every logger of the process write such lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONLines(skill))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    return RequestLog(logging.getLogger(skill), {})
