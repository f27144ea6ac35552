"""The official OpenAI client against a running SARAi."""

import base64
import json
import math
import struct
import time
from typing import Literal

import openai
import openapi_spec_validator
import pydantic
import pytest
from conftest import EMBEDDINGS, MODEL, health, settled

QUESTION = [{"role": "user", "content": "Name three colours."}]


def test_a_chat_is_answered(client):
    reply = client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=16, temperature=0)
    assert reply.object == "chat.completion"
    assert reply.model == MODEL
    assert reply.choices[0].message.role == "assistant"
    assert reply.choices[0].message.content.strip()
    assert reply.choices[0].finish_reason in ("stop", "length")
    assert 0 < reply.usage.completion_tokens <= 16
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert reply.system_fingerprint


def test_a_stream_says_the_same_as_the_whole_answer(client):
    fields = dict(model=MODEL, messages=QUESTION, max_tokens=24, temperature=0.8, seed=7)
    whole = client.chat.completions.create(**fields)
    chunks = list(client.chat.completions.create(**fields, stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens
    assert len({chunk.id for chunk in chunks}) == 1


def test_the_prefix_of_a_second_turn_comes_from_the_cache(client):
    messages = [{"role": "system", "content": "Answer in one short sentence. " * 20}, *QUESTION]
    first = client.chat.completions.create(model=MODEL, messages=messages, max_tokens=8, temperature=0)
    messages += [
        {"role": "assistant", "content": first.choices[0].message.content},
        {"role": "user", "content": "And three more?"},
    ]
    second = client.chat.completions.create(model=MODEL, messages=messages, max_tokens=8, temperature=0)
    assert second.usage.prompt_tokens_details.cached_tokens > 100


def test_the_same_seed_gives_the_same_text_and_choices_differ(client):
    fields = dict(model=MODEL, messages=QUESTION, max_tokens=24, temperature=1.5, seed=11, n=3)
    one = [choice.message.content for choice in client.chat.completions.create(**fields).choices]
    two = [choice.message.content for choice in client.chat.completions.create(**fields).choices]
    assert one == two
    assert len(set(one)) == 3


def test_a_stop_string_ends_the_text_before_it(client):
    fields = dict(model=MODEL, prompt="1 2 3 4 5 6 7", max_tokens=16, temperature=0)
    whole = client.completions.create(**fields).choices[0].text
    assert len(whole) > 3
    stop = whole[2:4]
    cut = client.completions.create(**fields, stop=[stop]).choices[0]
    assert cut.text == whole[: whole.index(stop)]
    assert cut.finish_reason == "stop"


def test_max_tokens_ends_with_length(client):
    reply = client.chat.completions.create(model=MODEL, messages=QUESTION, max_completion_tokens=2, temperature=0)
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.completion_tokens == 2


def test_template_tokens_in_a_users_text_stay_text(client):
    def prompt_tokens(text):
        reply = client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": text}], max_tokens=1, temperature=0)
        return reply.usage.prompt_tokens

    # Read as a template token each would be one token; as text each is several.
    assert prompt_tokens("<|im_end|>" * 20) > prompt_tokens("") + 60


def test_sarai_answers_with_her_persona(client):
    reply = client.chat.completions.create(
        model="sarai", messages=[{"role": "user", "content": "Hola"}], max_tokens=8)
    assert reply.model == "sarai"
    # Her system prompt is in front of the question.
    assert reply.usage.prompt_tokens > 20


def test_texts_are_continued(client):
    reply = client.completions.create(model=MODEL, prompt=["One, two,", "Red, green,"], max_tokens=4, temperature=0, n=2)
    assert [choice.index for choice in reply.choices] == [0, 1, 2, 3]
    echo = client.completions.create(model=MODEL, prompt="One, two,", max_tokens=4, temperature=0, echo=True)
    assert echo.choices[0].text == "One, two," + reply.choices[0].text
    streamed = client.completions.create(model=MODEL, prompt="One, two,", max_tokens=4, temperature=0, stream=True)
    assert "".join(chunk.choices[0].text for chunk in streamed) == reply.choices[0].text


def test_texts_become_vectors_that_know_what_is_near(client):
    texts = ["El gato duerme en el sofá.", "The cat sleeps on the sofa.", "Interest rates rose by a quarter point."]
    reply = client.embeddings.create(model=EMBEDDINGS, input=texts)
    vectors = [item.embedding for item in reply.data]
    assert [len(vector) for vector in vectors] == [384] * 3
    for vector in vectors:
        assert math.isclose(sum(x * x for x in vector), 1, rel_tol=1e-3)

    def near(a, b):
        return sum(x * y for x, y in zip(vectors[a], vectors[b]))

    assert near(0, 1) > near(0, 2)
    assert reply.usage.prompt_tokens > 10


def test_both_encodings_of_a_vector_hold_the_same_numbers(http):
    body = {"model": EMBEDDINGS, "input": "hola", "dimensions": 384, "input_type": "passage"}
    plain = http.post("/v1/embeddings", json={**body, "encoding_format": "float"}).json()["data"][0]["embedding"]
    packed = http.post("/v1/embeddings", json={**body, "encoding_format": "base64"}).json()["data"][0]["embedding"]
    floats = struct.unpack("<384f", base64.b64decode(packed))
    assert all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(plain, floats))


def test_models_are_listed(client):
    ids = [model.id for model in client.models.list()]
    assert "sarai" in ids and MODEL in ids and EMBEDDINGS in ids
    assert client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody")


def test_faults_are_the_exceptions_that_the_client_knows(client):
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="nobody", messages=QUESTION)
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as cold:
        client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=-5)
    assert cold.value.param == "temperature"
    with pytest.raises(openai.BadRequestError) as logprobs:
        client.chat.completions.create(model=MODEL, messages=QUESTION, logprobs=True)
    assert logprobs.value.code == "not_available"
    with pytest.raises(openai.BadRequestError) as long:
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "word " * 40_000}])
    assert long.value.code == "context_length_exceeded"


class Person(pydantic.BaseModel):
    name: str = pydantic.Field(max_length=30)
    age: int = pydantic.Field(ge=0, le=120)
    langs: list[str] = pydantic.Field(max_length=3)


ABOUT = [{"role": "user", "content": "Ana is 34, and speaks Spanish and English."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 20}, "unit": {"enum": ["c", "f"]}},
            "required": ["city", "unit"], "additionalProperties": False,
        },
    },
}


def test_json_mode_gives_an_object(client):
    reply = client.chat.completions.create(
        model=MODEL, messages=ABOUT, response_format={"type": "json_object"}, max_tokens=80, temperature=0)
    assert isinstance(json.loads(reply.choices[0].message.content), dict)


def test_a_schema_is_held_to_as_the_client_reads_it(client):
    # Without numbers' bounds and lengths, which the client's own strict mode would not send.
    format = {
        "type": "json_schema",
        "json_schema": {"name": "person", "schema": Person.model_json_schema()},
    }
    for seed in range(3):
        reply = client.chat.completions.create(
            model=MODEL, messages=ABOUT, response_format=format, max_tokens=200, temperature=0.8, seed=seed)
        Person.model_validate_json(reply.choices[0].message.content)
    # A reply that the limit cuts short is a whole one all the same.
    fields = dict(model=MODEL, messages=ABOUT, response_format=format, temperature=0)
    whole = client.chat.completions.create(**fields, max_tokens=200)
    short = client.chat.completions.create(**fields, max_tokens=whole.usage.completion_tokens - 1)
    Person.model_validate_json(short.choices[0].message.content)
    # The client's own parser throws away what ends with "length".
    assert short.choices[0].finish_reason == "stop"
    assert short.choices[0].model_extra["sarai"] == {"cut": "length"}
    with pytest.raises(openai.BadRequestError) as tiny:
        client.chat.completions.create(model=MODEL, messages=ABOUT, response_format=format, max_tokens=4)
    assert tiny.value.param == "max_tokens" and "tokens" in tiny.value.message

    class Colour(pydantic.BaseModel):
        name: Literal["red", "blue"]
        is_warm: bool

    parsed = client.chat.completions.parse(
        model=MODEL, messages=[{"role": "user", "content": "A colour, please."}], response_format=Colour, temperature=0,
        max_tokens=200)
    assert isinstance(parsed.choices[0].message.parsed, Colour)


def test_a_function_is_called_with_arguments_that_fit_its_schema(client):
    question = [{"role": "user", "content": "What is the weather in Madrid?"}]
    fields = dict(model=MODEL, messages=question, tools=[WEATHER], max_tokens=120, temperature=0, parallel_tool_calls=False)
    for choice in ("required", {"type": "function", "function": {"name": "get_weather"}}):
        reply = client.chat.completions.create(**fields, tool_choice=choice)
        [call] = reply.choices[0].message.tool_calls
        assert reply.choices[0].finish_reason == "tool_calls"
        assert reply.choices[0].message.content is None
        assert call.type == "function" and call.function.name == "get_weather" and call.id
        arguments = json.loads(call.function.arguments)
        assert set(arguments) == {"city", "unit"} and arguments["unit"] in ("c", "f")

    # The answer of the function goes back, and words come.
    history = question + [
        reply.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": '{"degrees": 31}'},
    ]
    fields["messages"] = history
    words = client.chat.completions.create(**fields, tool_choice="none")
    assert words.choices[0].message.content and not words.choices[0].message.tool_calls


def test_calls_are_streamed(client):
    stream = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What is the weather in Madrid?"}], tools=[WEATHER],
        tool_choice="required", parallel_tool_calls=False, max_tokens=120, temperature=0, stream=True)
    name, arguments, reasons = "", "", []
    for chunk in stream:
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or []:
                name += call.function.name or ""
                arguments += call.function.arguments or ""
            reasons.append(choice.finish_reason)
    assert name == "get_weather" and set(json.loads(arguments)) == {"city", "unit"}
    assert reasons[-1] == "tool_calls"


def test_what_a_schema_and_a_function_force_is_guessed(client):
    def drafters(reply):
        return {one["name"]: one for one in (reply.model_extra.get("speculation") or {}).get("drafters", [])}

    fields = dict(model=MODEL, messages=ABOUT, max_tokens=120, temperature=0)
    format = {"type": "json_schema", "json_schema": {"name": "person", "schema": Person.model_json_schema()}}
    # Until the engine has found out, while nobody asks, that guesses keep the text, it makes none.
    for _ in range(30):
        reply = client.chat.completions.create(**fields, response_format=format)
        if drafters(reply):
            break
        time.sleep(2)
    assert drafters(reply)["grammar"]["accepted_tokens"] > 0
    Person.model_validate_json(reply.choices[0].message.content)
    called = client.chat.completions.create(**fields, tools=[WEATHER], tool_choice="required")
    assert drafters(called)["grammar"]["accepted_tokens"] > 0


def test_functions_that_may_be_called_need_not_be(client):
    reply = client.chat.completions.create(
        model=MODEL, messages=QUESTION, tools=[WEATHER], max_tokens=40, temperature=0)
    message = reply.choices[0].message
    assert message.content or message.tool_calls


def test_closing_a_stream_stops_the_model(client, http):
    # The text must outlast the test: a story, as long as the context allows.
    stream = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Tell a very long story."}], stream=True, temperature=1, seed=3)
    next(iter(stream))
    stream.close()
    settled(http, lambda state: state["requests_in_flight"] == 1, "the generation went on", seconds=10)


def test_the_openapi_document_is_valid(http):
    document = http.get("/openapi.json").json()
    openapi_spec_validator.validate(document)
    schema = document["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["n"]["anyOf"][0]["maximum"] == 8


def test_health_and_metrics_are_readable(client, http):
    client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=2)
    state = health(http)
    assert state["status"] == "ok" and state["uptime_seconds"] > 0
    page = http.get("/metrics").text
    assert 'sarai_http_requests_total{route="/v1/chat/completions",method="POST",status="200"}' in page
    assert "sarai_time_to_first_token_seconds_count" in page
    assert http.get("/readyz").json() == {"status": "ready"}
    assert json.loads(http.get("/healthz").text) == {"status": "ok"}
