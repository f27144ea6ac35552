import SaraiCore
import SaraiSchema

/// The whole answer of a request without `stream`.
struct CompletionDocument {
  struct Finished: Sendable {
    let text: String
    var calls: [ToolCall] = []
    let summary: GenerationSummary
  }

  let job: CompletionJob
  let finished: [Finished]
  let totals: JobTotals

  var body: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("id", job.id)
    writer.member("object", job.dialect == .chat ? "chat.completion" : "text_completion")
    writer.member("created", job.created)
    writer.member("model", job.model)
    writer.member("system_fingerprint", job.fingerprint)
    writer.key("choices")
    writer.beginArray()
    for (index, choice) in finished.enumerated() { write(choice, index: index, to: &writer) }
    writer.endArray()
    writer.member("usage", totals.usage)
    writer.member("timings", totals.timings)
    writer.member("speculation", totals.speculation)
    writer.endObject()
    return writer.bytes
  }

  private func write(_ choice: Finished, index: Int, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("index", index)
    switch job.dialect {
    case .chat:
      writer.key("message")
      writer.beginObject()
      writer.member("role", "assistant")
      writer.member("content", choice.calls.isEmpty || !choice.text.isEmpty ? .string(choice.text) : .null)
      writer.member("refusal", .null)
      if !choice.calls.isEmpty {
        writer.key("tool_calls")
        writer.beginArray()
        for call in choice.calls { writer.value(call) }
        writer.endArray()
      }
      writer.endObject()
    case .plain:
      writer.member("text", choice.text)
    }
    writer.member("logprobs", .null)
    let isOnlyCalls = !choice.calls.isEmpty && choice.text.isEmpty
    writer.finishReason(
      choice.summary.finishReason, calls: !choice.calls.isEmpty, isWhole: job.isJSON || isOnlyCalls)
    writer.endObject()
  }
}
