"""python -m pytest"""

import pytest
from sarai_skill import Request, SkillError

from skill import __TYPE__


def ask(text, language="es", **configuration):
    return __TYPE__(configuration).infer(Request.for_tests(text, language=language))


def test_it_greets():
    assert ask("Ada") == "Hola, Ada!"
    assert ask("Ada", language="en") == "Hello, Ada!"
    assert ask("Ada", greeting="Buenas") == "Buenas, Ada!"
    assert ask("  Ada\n Lovelace ") == "Hola, Ada Lovelace!"


def test_it_asks_for_a_name():
    with pytest.raises(SkillError):
        ask("  ")
