import NIOCore
import SaraiCore
import SaraiSchema

/// Words a job's chunks as server-sent events (WHATWG HTML, 9.2), into a buffer that serves for all of them.
struct EventEncoder {
  private let job: CompletionJob
  private var writer = JSONWriter()
  private(set) var buffer = ByteBuffer()
  /// Of the choice at hand, where it may call functions.
  private var reader = ToolCallReader()
  private var calls = 0
  private var hasText = false

  init(_ job: CompletionJob) {
    self.job = job
  }

  var isEmpty: Bool { buffer.readableBytes == 0 }

  /// To be called once what the buffer holds was sent.
  mutating func clear() {
    buffer.clear()
  }

  /// The first chunk of a choice: who speaks, or the echo of the prompt.
  mutating func opening(of index: Int) {
    reader = ToolCallReader()
    calls = 0
    hasText = false
    switch job.dialect {
    case .chat:
      chunk(index) { writer in
        writer.key("delta")
        writer.beginObject()
        writer.member("role", "assistant")
        writer.member("content", "")
        writer.endObject()
      }
    case .plain:
      let echo = job.choices[index].echo
      if !echo.isEmpty { text(echo, of: index) }
    }
  }

  mutating func text(_ text: String, of index: Int) {
    guard job.callsTools else { return plainText(text, of: index) }
    write(reader.push(text), of: index)
  }

  private mutating func write(_ pieces: [ToolCallReader.Piece], of index: Int) {
    for piece in pieces {
      switch piece {
      case .text(let text): plainText(text, of: index)
      case .call(let call):
        let place = calls
        calls += 1
        chunk(index) { writer in
          writer.key("delta")
          writer.beginObject()
          writer.key("tool_calls")
          writer.beginArray()
          writer.value(call, index: place)
          writer.endArray()
          writer.endObject()
        }
      }
    }
  }

  private mutating func plainText(_ text: String, of index: Int) {
    let dialect = job.dialect
    hasText = true
    chunk(index) { writer in
      switch dialect {
      case .chat:
        writer.key("delta")
        writer.beginObject()
        writer.member("content", text)
        writer.endObject()
      case .plain:
        writer.member("text", text)
      }
    }
  }

  mutating func end(of index: Int, _ summary: GenerationSummary) {
    if job.callsTools { write(reader.finish(), of: index) }
    let dialect = job.dialect
    chunk(index, summary) { writer in
      switch dialect {
      case .chat:
        writer.key("delta")
        writer.beginObject()
        writer.endObject()
      case .plain:
        writer.member("text", "")
      }
    }
  }

  mutating func usage(_ totals: JobTotals) {
    head()
    writer.key("choices")
    writer.beginArray()
    writer.endArray()
    writer.member("usage", totals.usage)
    writer.member("timings", totals.timings)
    writer.member("speculation", totals.speculation)
    writer.endObject()
    flush()
  }

  mutating func done() {
    buffer.writeStaticString("data: [DONE]\n\n")
  }

  /// A fault after the answer began: an `error` object as an event, as OpenAI sends it.
  mutating func fault(_ error: ErrorResponse) {
    writer.removeAll()
    error.write(to: &writer)
    flush()
  }

  // MARK: - Parts

  private mutating func head() {
    writer.removeAll()
    writer.beginObject()
    writer.member("id", job.id)
    writer.member("object", job.dialect == .chat ? "chat.completion.chunk" : "text_completion")
    writer.member("created", job.created)
    writer.member("model", job.model)
    writer.member("system_fingerprint", job.fingerprint)
  }

  private mutating func chunk(_ index: Int, _ end: GenerationSummary? = nil, content: (inout JSONWriter) -> Void) {
    head()
    writer.key("choices")
    writer.beginArray()
    writer.beginObject()
    writer.member("index", index)
    content(&writer)
    writer.member("logprobs", .null)
    if let end {
      writer.finishReason(
        end.finishReason, calls: calls > 0, isWhole: job.isJSON || (calls > 0 && !hasText))
    } else {
      writer.member("finish_reason", .null)
    }
    writer.endObject()
    writer.endArray()
    if job.includesUsage { writer.member("usage", .null) }
    if let end {
      writer.member("timings", end.timings)
      writer.member("speculation", end.speculation)
    }
    writer.endObject()
    flush()
  }

  private mutating func flush() {
    buffer.writeStaticString("data: ")
    buffer.writeBytes(writer.bytes)
    buffer.writeStaticString("\n\n")
  }
}
