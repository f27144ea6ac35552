import SaraiCore

/// The fields by which a client steers the choice of tokens, in chats and in completions.
enum SamplingFields {
  static let all: [Field] = [
    .optional(
      "temperature", .number(0...2),
      es: "Azar al elegir: 0 toma siempre lo más probable. Sin él, 1, o el de SARAi si el modelo es «sarai».",
      en:
        "Randomness of the choice: 0 always takes the likeliest. Without it 1, or SARAi's own for the model \"sarai\"."),
    .optional(
      "top_p", .number(Shape.Interval(lower: 0, upper: 1, excludesLower: true)),
      es: "Elige entre los tokens más probables que suman esta probabilidad.",
      en: "Chooses among the likeliest tokens that add up to this probability."),
    .optional(
      "top_k", .integer(0...1_000_000), es: "Elige entre los k tokens más probables; 0, entre todos. Extensión.",
      en: "Chooses among the k likeliest tokens; 0 among all. Extension."),
    .optional(
      "min_p", .number(Shape.Interval(lower: 0, upper: 1, excludesUpper: true)),
      es: "Descarta los tokens menos probables que esta parte del más probable. Extensión.",
      en: "Leaves out tokens less likely than this share of the likeliest. Extension."),
    .optional(
      "repetition_penalty", .number(Shape.Interval(lower: 0, upper: 10, excludesLower: true)),
      es: "Por encima de 1 hace menos probable lo ya dicho. Extensión.",
      en: "Above 1, makes what was said already less likely. Extension."),
    .optional(
      "presence_penalty", .number(-2...2), default: 0,
      es: "Se resta una vez a los tokens que ya aparecieron.",
      en: "Taken once from tokens that appeared already."),
    .optional(
      "frequency_penalty", .number(-2...2), default: 0,
      es: "Se resta a cada token tantas veces como ya apareció.",
      en: "Taken from each token as often as it appeared already."),
    .optional(
      "logit_bias",
      .numbersByID(ids: 0...Int64(Int32.max), values: Shape.Interval(lower: -100, upper: 100), maxCount: 1024),
      es: "De ids de token a lo que se suma a su logit.", en: "From token ids to what is added to their logits."),
    .optional(
      "stop", .oneOf([.string(1...1024), .list(.string(1...1024), count: 0...16)]),
      es: "El texto acaba antes de la primera de estas cadenas.",
      en: "The text ends before the first of these strings."),
    .optional(
      "seed", .integer(.min ... .max), es: "La misma semilla da el mismo texto.",
      en: "The same seed gives the same text."),
    .optional(
      "user", .string(0...256), es: "Quién pregunta: la cola alterna entre usuarios.",
      en: "Who asks: the queue takes turns between users."),
  ]

  static let maxTokens: ClosedRange<Int64> = 1...1_048_576

  /// Fields of OpenAI's that ask for nothing here: taken, and without effect.
  static let withoutEffect: [Field] = [
    .optional(
      "metadata", .any, es: "Se acepta y no tiene efecto.", en: "Accepted; has no effect."),
    .notAvailable("store", unless: false),
    .notAvailable("service_tier", unless: "auto", "default"),
    .optional(
      "safety_identifier", .string(0...512), es: "Se acepta y no tiene efecto.", en: "Accepted; has no effect."),
    .optional(
      "prompt_cache_key", .string(0...512), es: "Se acepta y no tiene efecto: el prefijo común se reutiliza siempre.",
      en: "Accepted; has no effect: the common prefix is always used again."),
  ]

  /// Lays the fields that the client gave over `sampling`.
  ///
  /// - Parameter given: Checked members of the request.
  static func apply(_ given: JSONObject, to sampling: inout SamplingParameters) {
    func float(_ name: String) -> Float? { given[name]?.doubleValue.map { Float($0) } }
    sampling.temperature = float("temperature") ?? sampling.temperature
    // A number above 0 may round to 0 as a Float.
    sampling.topP = float("top_p").map { max($0, .leastNormalMagnitude) } ?? sampling.topP
    sampling.topK = given["top_k"]?.integerValue.map { Int($0) } ?? sampling.topK
    sampling.minP = float("min_p").map { min($0, Float(1).nextDown) } ?? sampling.minP
    sampling.repetitionPenalty =
      float("repetition_penalty").map { max($0, .leastNormalMagnitude) } ?? sampling.repetitionPenalty
    sampling.presencePenalty = float("presence_penalty") ?? sampling.presencePenalty
    sampling.frequencyPenalty = float("frequency_penalty") ?? sampling.frequencyPenalty
    sampling.seed = given["seed"]?.integerValue.map { UInt64(bitPattern: $0) } ?? sampling.seed
    if let stop = given["stop"] {
      sampling.stop = stop.stringValue.map { [$0] } ?? stop.arrayValue?.compactMap(\.stringValue) ?? []
    }
    for member in given["logit_bias"]?.objectValue?.members ?? [] {
      if let id = Int32(member.key), let bias = member.value.doubleValue { sampling.logitBias[id] = Float(bias) }
    }
  }
}
