import SaraiCore
import SaraiRuntime

/// The chat where no terminal is there: a question a line from stdin, answers to stdout, nothing else.
struct PlainChat {
  var conversation: Conversationalist

  /// - Throws: the first error, so that a script learns of it.
  mutating func run() async throws {
    while let line = readLine() {
      let text = line.trimmingPrefix(while: \.isWhitespace)
      if text.isEmpty { continue }
      if let command = SlashCommand(String(text)) {
        if await conversation.carryOut(command) == .quit { return }
        continue
      }
      var progress = AnswerProgress()
      let question = text.hasPrefix("//") ? String(text.dropFirst()) : line
      for try await event in conversation.session.ask(question, of: conversation.models) {
        if case .generation(let event) = event, let piece = progress.add(event) { Output.write(piece) }
      }
      Output.line()
      try conversation.session.conclude(question: question, answer: progress.text)
    }
  }
}

/// What was typed in earlier chats, for the up key: a JSON string a line, in the state folder.
struct InputHistory {
  /// Nil keeps nothing.
  let path: String?

  private static let maxLines = 500

  func lines() -> [String] {
    guard let path, let bytes = try? PrivateFile.read(path, maxBytes: 4 << 20) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).suffix(Self.maxLines)
      .compactMap { (try? JSONValue(parsing: Array($0)))?.stringValue }
  }

  /// Convenience, not data: where it cannot be written, the chat goes on.
  func add(_ line: String) {
    guard let path else { return }
    let kept = (lines() + [line]).suffix(Self.maxLines)
    try? PrivateFile.replace(path, with: kept.flatMap { JSONValue.string($0).serialized() + [UInt8(ascii: "\n")] })
  }
}
