import SaraiCore
import SaraiRuntime

/// The chat where no terminal is there: a question a line from stdin, answers to stdout, nothing else.
struct PlainChat {
  var conversation: Conversationalist

  /// - Throws: the first error, so that a script learns of it.
  mutating func run() async throws {
    for line in await conversation.inbox.greeting(marksRead: false) { Output.note(line) }
    while let line = readLine() {
      let text = line.trimmingPrefix(while: \.isWhitespace)
      if text.isEmpty { continue }
      if let command = SlashCommand(String(text)) {
        if await conversation.carryOut(command) == .quit { return }
        continue
      }
      conversation.refresh()
      var progress = AnswerProgress()
      let question = text.hasPrefix("//") ? String(text.dropFirst()) : line
      for try await event in conversation.session.ask(question, of: conversation.models) {
        if case .generation(let event) = event, let piece = progress.add(event) { Output.write(piece) }
      }
      Output.line()
      try conversation.conclude(question: question, answer: progress.text)
    }
  }
}
