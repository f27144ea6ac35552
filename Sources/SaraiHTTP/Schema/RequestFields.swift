import SaraiCore

/// The tables of fields, one for each endpoint that takes a body.
enum RequestFields {
  private static let textLength = 0...(64 << 20)

  private static let model = Field.required(
    "model", .string(1...256), es: "Id de un modelo, un papel (expert_short…) o «sarai».",
    en: "The id of a model, a role (expert_short…) or \"sarai\".")

  private static let streaming: [Field] = [
    .optional(
      "stream", .boolean, default: false, es: "Envía el texto según sale, como eventos.",
      en: "Sends the text as it comes, as server-sent events."),
    .optional(
      "stream_options",
      .object([
        .optional(
          "include_usage", .boolean, default: false, es: "Añade al final un evento con el recuento de tokens.",
          en: "Adds an event with the token counts at the end."),
        .notAvailable("include_obfuscation", unless: false),
      ]), es: "Solo con «stream».", en: "Only with \"stream\"."),
    .optional(
      "n", .integer(1...8), default: 1, es: "Cuántas respuestas distintas.", en: "How many different answers."),
  ]

  // MARK: - POST /v1/chat/completions

  static let chat: [Field] =
    [
      model,
      .required(
        "messages", .list(.object(message), count: 1...2048), es: "La conversación, de la más antigua a la última.",
        en: "The conversation, oldest first."),
    ] + streaming + [
      .optional(
        "max_tokens", .integer(SamplingFields.maxTokens), es: "Tokens de la respuesta como mucho.",
        en: "Tokens of the answer at most."),
      .optional(
        "max_completion_tokens", .integer(SamplingFields.maxTokens), es: "Nombre nuevo de «max_tokens».",
        en: "The newer name of \"max_tokens\"."),
      .optional(
        "private", .boolean, default: false, es: "No se recuerda nada de este turno. Extensión.",
        en: "Nothing of this turn is remembered. Extension."),
    ] + AnswerFields.all + SamplingFields.all + SamplingFields.withoutEffect + [
      .notAvailable("functions", unless: []),
      .notAvailable("function_call", unless: "none", "auto"),
      .notAvailable("logprobs", unless: false),
      .notAvailable("top_logprobs", unless: 0),
      .notAvailable("modalities", unless: ["text"]),
      .notAvailable("audio"),
      .notAvailable("prediction"),
      .notAvailable("reasoning_effort", unless: "none"),
      .notAvailable("verbosity", unless: "medium"),
      .notAvailable("web_search_options"),
    ]

  static let message: [Field] = [
    .required(
      "role", .choice(["system", "developer", "user", "assistant", "tool"], later: ["function"]),
      es: "Quién habla; «developer» equivale a «system».", en: "Who speaks; \"developer\" is the same as \"system\"."),
    .optional(
      "content",
      .oneOf([
        .string(textLength),
        .list(.object(contentPart), count: 1...256),
        .null,
      ]), es: "El texto, o una lista de partes de texto.", en: "The text, or an array of text parts."),
    .optional(
      "name", .string(0...256), es: "Se acepta; el modelo no lo ve.", en: "Accepted; the model does not see it."),
    .optional(
      "tool_call_id", .string(0...256), es: "A qué llamada responde.", en: "Which call it answers."),
    AnswerFields.toolCalls,
    .notAvailable("function_call"),
    .notAvailable("refusal"),
    .notAvailable("audio"),
    .notAvailable("annotations", unless: []),
  ]

  private static let contentPart: [Field] = [
    .required(
      "type", .choice(["text"], later: ["image_url", "input_audio", "file", "refusal"]), es: "Siempre «text».",
      en: "Always \"text\"."),
    .optional("text", .string(textLength), es: "El texto de la parte.", en: "The part's text."),
    .notAvailable("image_url"),
    .notAvailable("input_audio"),
    .notAvailable("file"),
    .notAvailable("refusal"),
  ]

  // MARK: - POST /v1/completions

  /// Prompts in one request at most.
  static let maxPrompts = 32

  static let completion: [Field] =
    [
      model,
      .required(
        "prompt",
        .oneOf([
          .string(textLength),
          .list(.string(textLength), count: 1...maxPrompts),
          .list(tokenID, count: 1...1_048_576),
          .list(.list(tokenID, count: 1...1_048_576), count: 1...maxPrompts),
        ]), es: "El texto que continúa, o ids de tokens; también varios.",
        en: "The text to continue, or token ids; several as well."),
    ] + streaming + [
      .optional(
        "max_tokens", .integer(SamplingFields.maxTokens), default: 16, es: "Tokens que se añaden como mucho.",
        en: "Tokens to add at most."),
      .optional(
        "echo", .boolean, default: false, es: "Repite el texto pedido delante del nuevo.",
        en: "Repeats the prompt before the new text."),
    ] + SamplingFields.all + SamplingFields.withoutEffect + [
      .notAvailable("suffix", unless: ""),
      .notAvailable("best_of", unless: 1),
      .notAvailable("logprobs"),
    ]

  private static let tokenID = Shape.integer(0...Int64(Int32.max))

  // MARK: - POST /v1/embeddings

  static let embedding: [Field] = [
    .required(
      "model", .string(1...256), es: "Id de un modelo de vectores, o el papel «embeddings».",
      en: "The id of an embeddings model, or the role \"embeddings\"."),
    .required(
      "input", .oneOf([.string(1...(1 << 20)), .list(.string(1...(1 << 20)), count: 1...256)]),
      es: "El texto o los textos.", en: "The text or texts."),
    .optional(
      "encoding_format", .choice(["float", "base64"]), default: "float",
      es: "Números, o los bytes de números de 32 bits (little-endian) en base64.",
      en: "Numbers, or the bytes of 32-bit floats (little-endian) as base64."),
    .optional(
      "dimensions", .integer(1...65_536), es: "Debe ser la longitud de los vectores del modelo.",
      en: "Has to be the length of the model's vectors."),
    .optional(
      "input_type", .choice(["query", "passage"]), default: "query",
      es: "Para qué es el texto: buscar o ser encontrado. Extensión.",
      en: "What the text is for: to search, or to be found. Extension."),
    .optional(
      "user", .string(0...256), es: "Quién pregunta: la cola alterna entre usuarios.",
      en: "Who asks: the queue takes turns between users."),
  ]
}
