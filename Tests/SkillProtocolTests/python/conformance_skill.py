"""Does on request what the conformance tests want to see, as Tests/ConformanceSkill does."""

import threading

from sarai_skill import Reply, Skill, SkillError, run


class Gates:
    """Doors that requests wait at until another request opens them: tests wait for events, never for time."""

    def __init__(self):
        self._change = threading.Condition()
        self._held, self._open = set(), set()

    def hold(self, name, request=None):
        """Waits until the gate is opened, or the request, where there is one, is cancelled."""
        if request:
            request.on_cancel(self._notify)
        with self._change:
            self._held.add(name)
            self._change.notify_all()
            self._change.wait_for(lambda: name in self._open or (request and request.is_cancelled))
        if request:
            request.check()

    def held(self, name):
        with self._change:
            self._change.wait_for(lambda: name in self._held)

    def release(self, name):
        with self._change:
            self._open.add(name)
            self._change.notify_all()

    def _notify(self):
        with self._change:
            self._change.notify_all()


GATES = Gates()


class ConformanceSkill(Skill):
    name = "conformance"
    version = "7"

    def __init__(self, configuration):
        super().__init__(configuration)
        if configuration.get("broken"):
            raise RuntimeError("broken")
        self.greeting = configuration.get("greeting", "none")

    def infer(self, request):
        if request.is_json:
            return Reply(json=request.json)
        command, _, argument = request.text.partition(" ")
        match command:
            case "echo":
                return argument
            case "greeting":
                return self.greeting
            case "language":
                return request.language
            case "option":
                return request.options.get(argument, "none")
            case "big":
                return "x" * int(argument)
            case "none":
                return None
            case "read":
                # A named pipe's writer decides when this ends.
                with open(argument, encoding="utf-8") as file:
                    return file.read()
            case "nonsense":
                return Reply(json=object())
            case "fail":
                raise SkillError("not_found", es="No hay tal cosa.", en="There is no such thing.", subject="thing")
            case "throw":
                raise RuntimeError("a fault")
            case "log":
                request.log.warning(argument)
                return "logged"
        return self.wait(command, argument, request)

    def wait(self, command, argument, request):
        """The commands that take as long as the test wants."""
        match command:
            case "parts":
                for word in argument.split():
                    request.send(word)
                return "end"
            case "flood":
                while True:
                    request.send("x" * 1000)
            case "hold":
                request.send("held")
                GATES.hold(argument, request)
                return f"let go: {self.greeting}"
            case "deaf":
                GATES.hold(argument)
                return "let go"
            case "held":
                GATES.held(argument)
                return "held"
            case "release":
                GATES.release(argument)
                return "released"
        raise SkillError("invalid_request", es="Orden desconocida.", en="Unknown command.", subject=command)


if __name__ == "__main__":
    run(ConformanceSkill)
