import SaraiCore

/// The bodies that a `RemoteModel` sends.
enum RemoteRequest {
  /// What of the sampling is sent, and under which names. The repetition penalty is not of OpenAI's own API.
  enum Dialect {
    /// For any server: values at their neutral are left out, as some refuse what OpenAI's own API does not have; the
    /// penalty has llama-server's name and vLLM's, for each overlooks the other's.
    case lenient
    /// The same with vLLM's name alone, for servers that refuse what they do not know.
    case strict
    /// SARAi's own server: every value, since it has defaults of its own for those that are left out.
    case own
  }

  static func generation(
    _ request: GenerationRequest, model: String, dialect: Dialect = .lenient
  ) -> (path: String, body: [UInt8]) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("model", model)
    let path: String
    switch request.prompt {
    case .chat(let messages):
      path = "/chat/completions"
      writer.key("messages")
      writer.beginArray()
      for message in messages {
        writer.beginObject()
        writer.member("role", message.role.rawValue)
        writer.member("content", message.content)
        writer.endObject()
      }
      writer.endArray()
    case .text(let text):
      path = "/completions"
      writer.member("prompt", text)
    case .tokens(let ids):
      path = "/completions"
      writer.key("prompt")
      writer.beginArray()
      for id in ids { writer.value(id) }
      writer.endArray()
    }
    writer.member("stream", true)
    writer.key("stream_options")
    writer.beginObject()
    writer.member("include_usage", true)
    writer.endObject()
    sampling(request.sampling, dialect, &writer)
    writer.endObject()
    return (path, writer.bytes)
  }

  private static func sampling(
    _ sampling: SamplingParameters, _ dialect: Dialect, _ writer: inout JSONWriter
  ) {
    let neutral = SamplingParameters()
    func member(_ key: String, _ path: KeyPath<SamplingParameters, Float>) {
      guard dialect == .own || sampling[keyPath: path] != neutral[keyPath: path] else { return }
      writer.key(key)
      writer.value(sampling[keyPath: path])
    }
    member("temperature", \.temperature)
    member("top_p", \.topP)
    member("min_p", \.minP)
    member("presence_penalty", \.presencePenalty)
    member("frequency_penalty", \.frequencyPenalty)
    if dialect == .lenient { member("repeat_penalty", \.repetitionPenalty) }
    member("repetition_penalty", \.repetitionPenalty)
    if dialect == .own || sampling.topK != 0 { writer.member("top_k", sampling.topK) }
    if let maxTokens = sampling.maxTokens { writer.member("max_tokens", maxTokens) }
    // Servers keep 32 bits of it, and llama-server takes the largest of those for "none".
    if let seed = sampling.seed { writer.member("seed", seed % 0xffff_ffff) }
    if !sampling.stop.isEmpty {
      writer.key("stop")
      writer.beginArray()
      for stop in sampling.stop { writer.value(stop) }
      writer.endArray()
    }
    if !sampling.logitBias.isEmpty {
      writer.key("logit_bias")
      writer.beginObject()
      for (token, bias) in sampling.logitBias.sorted(by: { $0.key < $1.key }) {
        writer.key("\(token)")
        writer.value(bias)
      }
      writer.endObject()
    }
  }

  static func embedding(_ request: EmbeddingRequest, model: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("model", model)
    writer.member("encoding_format", "float")
    writer.key("input")
    writer.beginArray()
    for text in request.texts { writer.value(text) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}
