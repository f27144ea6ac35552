"""Greets whoever is named."""

from sarai_skill import Skill, SkillError, run


class __TYPE__(Skill):
    name = "__NAME__"

    def __init__(self, configuration):
        super().__init__(configuration)
        self.greeting = configuration.get("greeting", "Hola")

    def infer(self, request):
        name = " ".join(request.text.split())
        if not name:
            raise SkillError("invalid_request", es="¿A quién saludo?", en="Whom do I greet?", subject="input")
        request.log.info("greeting", extra={"characters": len(name)})
        greeting = "Hello" if request.language.startswith("en") else self.greeting
        return f"{greeting}, {name}!"


if __name__ == "__main__":
    run(__TYPE__)
