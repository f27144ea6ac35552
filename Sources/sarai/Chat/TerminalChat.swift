import SaraiCore
import SaraiMemory
import SaraiRuntime

/// The chat in a terminal: one loop that takes keys and words of the answer in the order in which they come.
struct TerminalChat {
  private enum Event: Sendable {
    case bytes([UInt8])
    case answer(turn: Int, ChatSession.Event)
    case ended(turn: Int, (any Error)?)
    /// What was new when the chat began.
    case greeting([String])
    /// What comes meanwhile: a reminder, a word about what SARAi does.
    case notice(Localized)
  }

  private enum State {
    case prompting
    case answering(question: String, Task<Void, Never>)
  }

  private enum Flow { case goOn, quit }

  private static let prompt = "› "

  private var conversation: Conversationalist
  private let history: InputHistory
  private let interjections: Interjections
  private var editor: LineEditor
  private var painter = LinePainter()
  private var decoder = KeyDecoder()
  private var state = State.prompting
  private var turn = 0
  private var progress = AnswerProgress()
  /// Keys pressed during an answer; they count when it has ended.
  private var waitingKeys: [Key] = []
  /// What came during an answer, for after it.
  private var waitingLines: [String] = []
  private var wasInterruptedEmpty = false
  private let continuation: AsyncStream<Event>.Continuation
  private let events: AsyncStream<Event>

  init(_ conversation: Conversationalist, history: InputHistory, interjections: Interjections) {
    self.conversation = conversation
    self.history = history
    self.interjections = interjections
    editor = LineEditor(history: history.lines(), completions: SlashCommand.names)
    (events, continuation) = AsyncStream.makeStream()
  }

  /// Talks until the person leaves.
  ///
  /// - Returns: under which id the conversation was kept; nil where nothing was.
  mutating func run() async -> String? {
    let terminal = Terminal.open(onBytes: { [continuation] in continuation.yield(.bytes($0)) })
    guard let terminal else { return nil }
    interjections.send(to: { [continuation] in continuation.yield(.notice($0)) })
    let greeting = Task { [continuation, inbox = conversation.inbox] in
      continuation.yield(.greeting(await inbox.greeting(marksRead: true)))
    }
    defer {
      greeting.cancel()
      interjections.send(to: nil)
      terminal.close()
    }
    redraw()
    for await event in events {
      switch event {
      case .bytes(let bytes):
        if await take(decoder.decode(bytes)) == .quit { return conversation.session.id }
      case .answer(let turn, let event) where turn == self.turn: show(event)
      case .ended(let turn, let error) where turn == self.turn:
        if await conclude(error) == .quit { return conversation.session.id }
      case .greeting(let lines): interject(lines)
      case .notice(let text):
        interject([ChatInbox.line(text[Words.language].withoutControlCharacters)])
        Task { [inbox = conversation.inbox] in await inbox.saw(text) }
      default: break
      }
    }
    return conversation.session.id
  }

  /// Says something between turns, above the line that is being typed.
  private mutating func interject(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    guard case .prompting = state else {
      waitingLines += lines
      return
    }
    Output.write(painter.erase())
    for line in lines { Output.line(line) }
    Output.line()
    redraw()
  }

  private mutating func take(_ keys: [Key]) async -> Flow {
    for (index, key) in keys.enumerated() {
      if case .answering(_, let task) = state {
        switch key {
        case .interrupt:
          waitingKeys = []
          task.cancel()
        default: waitingKeys.append(key)
        }
        continue
      }
      let action = editor.handle(key)
      if case .interrupt = action {} else { wasInterruptedEmpty = false }
      switch action {
      case .none: break
      case .redraw: if index == keys.count - 1 || keys[index + 1] == .enter { redraw() }
      case .clearScreen:
        Output.write("\u{1B}[H\u{1B}[2J")
        painter = LinePainter()
        redraw()
      case .endOfInput:
        Output.write(painter.erase())
        return .quit
      case .interrupt(let wasEmpty):
        if wasEmpty, wasInterruptedEmpty {
          Output.write(painter.erase())
          return .quit
        }
        wasInterruptedEmpty = wasEmpty
        let hint = words(es: "Ctrl-C otra vez para salir", en: "Ctrl-C again to quit")
        Output.write(painter.finish() + (wasEmpty ? Output.dim(hint) + "\r\n" : ""))
        redraw()
      case .submit(let line):
        Output.write(painter.finish())
        if await submit(line) == .quit { return .quit }
      }
    }
    return .goOn
  }

  private mutating func submit(_ line: String) async -> Flow {
    let text = line.trimmingPrefix(while: \.isWhitespace)
    guard !text.isEmpty else {
      redraw()
      return .goOn
    }
    history.add(line)
    if let command = SlashCommand(String(text)) {
      if await conversation.carryOut(command) == .quit { return .quit }
      redraw()
      return .goOn
    }
    ask(text.hasPrefix("//") ? String(text.dropFirst()) : line)
    return .goOn
  }

  private mutating func ask(_ question: String) {
    turn += 1
    conversation.refresh()
    progress = AnswerProgress()
    Output.write(Output.dim("…"))
    let answers = conversation.session.ask(question, of: conversation.models)
    let task = Task { [turn, continuation] in
      do {
        for try await event in answers { continuation.yield(.answer(turn: turn, event)) }
        continuation.yield(.ended(turn: turn, Task.isCancelled ? CancellationError() : nil))
      } catch {
        continuation.yield(.ended(turn: turn, error))
      }
    }
    state = .answering(question: question, task)
  }

  private mutating func show(_ event: ChatSession.Event) {
    switch event {
    case .forgot(let count):
      let note = words(
        es: "(los \(count) mensajes más antiguos ya no caben y se quedan fuera)",
        en: "(the \(count) oldest messages no longer fit and are left out)")
      Output.write("\r\u{1B}[K" + Output.dim(note) + "\n" + Output.dim("…"))
    case .generation(let event):
      let isFirst = progress.text.isEmpty
      guard let text = progress.add(event), !text.isEmpty else { return }
      Output.write((isFirst ? "\r\u{1B}[K" : "") + text)
    }
  }

  private mutating func conclude(_ error: (any Error)?) async -> Flow {
    guard case .answering(let question, _) = state else { return .goOn }
    state = .prompting
    let isCancelled = error is CancellationError || (error as? SaraiError)?.code == .cancelled
    Output.write(progress.text.isEmpty ? "\r\u{1B}[K" : progress.text.hasSuffix("\n") ? "" : "\n")
    if isCancelled {
      Output.line(Output.dim(words(es: "(cortada)", en: "(stopped)")))
    } else if let error {
      _ = Output.report(error)
    } else if conversation.showsTimings, !progress.timings.isEmpty {
      Output.line(Output.dim(progress.timings))
    }
    if !progress.text.isEmpty {
      do {
        for words in try conversation.conclude(question: question, answer: progress.text) {
          editor.leaveOut { words.areSaid(in: $0) }
        }
      } catch {
        _ = Output.report(error)
      }
    }
    Output.line()
    redraw()
    let lines = waitingLines
    waitingLines = []
    interject(lines)
    let keys = waitingKeys
    waitingKeys = []
    return await take(keys)
  }

  private var styledPrompt: String { Output.bold(Self.prompt) }

  private mutating func redraw() {
    Output.write(
      painter.draw(
        editor, prompt: styledPrompt, promptWidth: DisplayWidth.of(Self.prompt), columns: Terminal.columns))
  }
}
