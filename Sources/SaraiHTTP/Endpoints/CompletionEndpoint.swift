import Glibc
import Hummingbird
import SaraiAgent
import SaraiCore

extension API {
  /// POST /v1/completions
  func completion(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let name = given["model"]?.stringValue ?? Turn.sarai
    // SARAi herself needs a conversation; for plain text she is the model that she speaks with.
    let model = name == Turn.sarai ? "expert_short" : name
    var sampling = SamplingParameters()
    SamplingFields.apply(given, to: &sampling)
    sampling.maxTokens = given["max_tokens"]?.integerValue.map { Int($0) } ?? 16
    let prompts = Self.prompts(given["prompt"])
    let echoes = given["echo"]?.boolValue ?? false
    let count = given["n"]?.integerValue.map { Int($0) } ?? 1
    let models = models
    var choices: [CompletionJob.Choice] = []
    for prompt in prompts {
      for index in 0..<count {
        let request = GenerationRequest(
          model: model, prompt: prompt, sampling: sampling.variant(index), client: call.client(given),
          requestID: "\(call.requestID)-\(choices.count)")
        let echo = echoes ? try Self.echo(of: prompt) : ""
        choices.append(
          CompletionJob.Choice(echo: echo) {
            try await RequestID.$current.withValue(call.requestID) { try await models.generate(request) }
          })
      }
    }
    return try await run(choices, perPrompt: count, .plain, model: name, given: given, call: call)
  }

  /// Seconds since 1970.
  static var now: Int { time(nil) }

  private static func prompts(_ value: JSONValue?) -> [Prompt] {
    switch value {
    case .string(let text): [.text(text)]
    case .array(let elements):
      if elements.first?.integerValue != nil { [.tokens(tokens(elements))] } else { elements.flatMap { prompts($0) } }
    default: []
    }
  }

  private static func tokens(_ elements: [JSONValue]) -> [Int32] {
    elements.compactMap { $0.integerValue.flatMap { Int32(exactly: $0) } }
  }

  private static func echo(of prompt: Prompt) throws(SaraiError) -> String {
    if case .text(let text) = prompt { return text }
    throw SaraiError(
      .notAvailable, es: "«echo» solo está disponible con un texto, no con ids de tokens.",
      en: "\"echo\" is available with text only, not with token ids.", subject: "echo")
  }
}
