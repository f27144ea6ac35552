"""The kit for SARAi skills in Python.

A skill is a subclass of `Skill` with a name and `infer`; `run` serves it on a unix socket until it is told to end.
"""

from .errors import SkillError
from .skill import Reply, Request, Skill
from .main import run

__all__ = ["Reply", "Request", "Skill", "SkillError", "run"]
__version__ = "0.1.0"
