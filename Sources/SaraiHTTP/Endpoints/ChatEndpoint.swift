import Hummingbird
import SaraiAgent
import SaraiCore
import SaraiSchema

extension API {
  /// POST /v1/chat/completions
  func chat(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let model = given["model"]?.stringValue ?? Turn.sarai
    let messages = try Self.messages(given["messages"]?.arrayValue ?? [])
    var sampling = turn.defaultSampling(for: model)
    SamplingFields.apply(given, to: &sampling)
    sampling.maxTokens = try Self.maxTokens(given) ?? sampling.maxTokens
    let count = given["n"]?.integerValue.map { Int($0) } ?? 1
    let shape = try AnswerShape(given, settings: settings)
    let turn = turn
    let memory = try memory(of: messages, given)
    let choices = (0..<count).map { [sampling] index in
      var memory = memory
      // What is answered several times was said once.
      if index > 0 { memory?.learns = false }
      let request = Turn.Request(
        messages: messages, model: model, sampling: sampling.variant(index), language: call.language, memory: memory,
        grammar: shape.grammar, tools: shape.toolDescription, client: call.client(given),
        requestID: "\(call.requestID)-\(index)")
      return CompletionJob.Choice {
        // A streamed answer is written by a task that no longer knows the request.
        try await RequestID.$current.withValue(call.requestID) {
          let reply = try await turn.run(request)
          call.record.answered(reply)
          return reply.events
        }
      }
    }
    return try await run(
      choices, perPrompt: count, .chat, model: model, callsTools: shape.callsTools, isJSON: shape.isJSON, given: given,
      call: call)
  }

  /// Whose memory: the `user` of the request, or else the owner of the server's token.
  ///
  /// - Throws: `invalidRequest` for a user whose name no memory takes.
  private func memory(of messages: [Message], _ given: JSONObject) throws -> MemoryUse? {
    let user = given["user"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    guard user?.utf8.contains(0) != true else {
      throw SaraiError(
        .invalidRequest, es: "«user» no puede contener el carácter nulo.",
        en: "\"user\" must not contain the null character.", subject: "user")
    }
    guard let owner = settings.memoryOwner else { return nil }
    // Clients send the whole conversation and no name of it: its first words tell it from others.
    let first = messages.first { $0.role == .user }?.content ?? ""
    let hash = first.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return MemoryUse(
      owner: user ?? owner, conversation: "api-\(String(hash, radix: 36))",
      learns: !settings.isPrivate && given["private"]?.boolValue != true, isNamed: user != nil)
  }

  /// Runs the choices of a chat or a completion, once there is a place in the queue.
  func run(
    _ choices: [CompletionJob.Choice], perPrompt: Int, _ dialect: CompletionJob.Dialect, model: String,
    callsTools: Bool = false, isJSON: Bool = false, given: JSONObject, call: Call
  ) async throws -> Response {
    let isStreamed = given["stream"]?.boolValue ?? false
    guard isStreamed || given["stream_options"] == nil else {
      throw SaraiError(
        .invalidRequest, es: "«stream_options» solo vale con «stream»: true.",
        en: "\"stream_options\" only goes with \"stream\": true.", subject: "stream_options")
    }
    let job = CompletionJob(
      dialect: dialect, id: (dialect == .chat ? "chatcmpl-" : "cmpl-") + Edge.randomHexadecimal(), model: model,
      created: Self.now, fingerprint: fingerprint, choices: choices, choicesPerPrompt: perPrompt,
      callsTools: callsTools, isJSON: isJSON, isStreamed: isStreamed,
      includesUsage: given["stream_options"]?["include_usage"]?.boolValue ?? false,
      ticket: try admission.enter())
    let runner = JobRunner(job: job, call: call)
    return try await isStreamed ? runner.eventStream() : runner.document()
  }

  // MARK: - Reading the request

  private static func messages(_ values: [JSONValue]) throws(SaraiError) -> [Message] {
    var messages: [Message] = []
    for (index, value) in values.enumerated() {
      let role: Message.Role =
        switch value["role"]?.stringValue {
        case "system", "developer": .system
        case "assistant": .assistant
        case "tool": .tool
        default: .user
        }
      let text = try content(value["content"], role: role, path: "messages[\(index)]")
      let calls = value["tool_calls"]?.arrayValue?.map { Self.written($0) } ?? []
      messages.append(Message(role, ([text] + calls).filter { !$0.isEmpty }.joined(separator: "\n")))
    }
    return messages
  }

  /// A call in the history, as the model wrote it.
  private static func written(_ call: JSONValue) -> String {
    ToolText.written(
      ToolCall(
        name: call["function"]?["name"]?.stringValue ?? "",
        arguments: call["function"]?["arguments"]?.stringValue ?? "{}"))
  }

  private static func content(
    _ value: JSONValue?, role: Message.Role, path: String
  ) throws(SaraiError) -> String {
    switch value {
    case .string(let text): return text
    case .array(let parts):
      var texts: [String] = []
      for (index, part) in parts.enumerated() {
        guard let text = part["text"]?.stringValue else {
          throw SaraiError(
            .invalidRequest, es: "Falta «\(path).content[\(index)].text».",
            en: "\"\(path).content[\(index)].text\" is missing.", subject: "\(path).content[\(index)].text")
        }
        texts.append(text)
      }
      return texts.joined(separator: "\n")
    default:
      // An answer that only called tools has none.
      guard role == .assistant else {
        throw SaraiError(
          .invalidRequest, es: "Falta «\(path).content»: debe ser un texto o una lista de partes de texto.",
          en: "\"\(path).content\" is missing: it must be a string or an array of text parts.",
          subject: "\(path).content")
      }
      return ""
    }
  }

  private static func maxTokens(_ given: JSONObject) throws(SaraiError) -> Int? {
    let (old, new) = (given["max_tokens"]?.integerValue, given["max_completion_tokens"]?.integerValue)
    if let old, let new, old != new {
      throw SaraiError(
        .invalidRequest, es: "«max_tokens» y «max_completion_tokens» dicen cosas distintas: deja uno.",
        en: "\"max_tokens\" and \"max_completion_tokens\" differ: keep one of them.", subject: "max_completion_tokens")
    }
    return (new ?? old).map { Int($0) }
  }
}

extension SamplingParameters {
  /// The parameters of the choice number `index`: with a seed, each has one of its own.
  func variant(_ index: Int) -> SamplingParameters {
    var variant = self
    variant.seed = seed.map { $0 &+ UInt64(index) }
    return variant
  }
}
