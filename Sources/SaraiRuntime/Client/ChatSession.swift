import SaraiAgent
package import SaraiCore
package import SaraiMemory

/// One conversation with a model: its history so far, and the file that keeps it.
package struct ChatSession {
  /// What an answer tells while it comes.
  package enum Event: Sendable {
    /// Messages that no longer fit the context and were left out of the question.
    case forgot(Int)
    case generation(GenerationEvent)
  }

  package private(set) var messages: [Message]
  /// What is said privately uses the memory and leaves nothing: no fact, no turn, no line in the conversation's file.
  package var isPrivate: Bool
  /// Messages that were said privately, by their place.
  private var privateMessages: Set<Int> = []
  /// Nil uses no memory.
  private let owner: String?
  /// Names the conversation to the memory, kept or not.
  private var name: String
  /// `sarai`, a role, or a model's id.
  package var model: String
  private let maxTokens: Int
  private let store: ConversationStore
  private var writer: ConversationWriter?

  /// A new conversation; it is kept from its first answer on where `isSaved`.
  ///
  /// - Parameter owner: Whose memory it uses; nil for none.
  package init(
    store: ConversationStore, model: String, maxTokens: Int, isSaved: Bool, owner: String? = nil,
    isPrivate: Bool = false
  ) {
    messages = []
    self.owner = owner
    self.isPrivate = isPrivate
    name = Self.newName()
    self.store = store
    self.model = model
    self.maxTokens = maxTokens
    writer = isSaved ? store.begin(model: model) : nil
  }

  /// A conversation that goes on.
  ///
  /// - Throws: `SaraiError.busy` where another terminal has it open.
  package init(
    continuing conversation: ConversationStore.Conversation, store: ConversationStore, model: String, maxTokens: Int,
    owner: String? = nil, isPrivate: Bool = false
  ) throws {
    messages = conversation.messages
    self.owner = owner
    self.isPrivate = isPrivate
    name = Self.newName()
    self.store = store
    self.model = model
    self.maxTokens = maxTokens
    let writer = store.reopen(conversation)
    try writer.open()
    self.writer = writer
    name = writer.id
  }

  private static func newName() -> String { "chat-\(String(UInt64.random(in: .min ... .max), radix: 36))" }

  /// Under which the conversation is kept; nil where it is not.
  package var id: String? { messages.isEmpty ? nil : writer?.id }
  package var isSaved: Bool { writer != nil }

  /// Starts anew; what was said stays in the file of the old conversation.
  package mutating func clear() {
    messages = []
    privateMessages = []
    name = Self.newName()
    if writer != nil { writer = store.begin(model: model) }
  }

  /// Keeps a conversation that was not kept so far, from its first message.
  package mutating func save() throws {
    guard writer == nil else { return }
    let writer = store.begin(model: model)
    let kept = messages.indices.filter { !privateMessages.contains($0) }.map { messages[$0] }
    if !kept.isEmpty { try writer.append(kept) }
    self.writer = writer
  }

  /// Notes a question and its answer, and syncs them to disk.
  ///
  /// - Parameter forgotten: What is taken out of them and of all that was said before; the files are clean already.
  package mutating func conclude(question: String, answer: String, without forgotten: [ForgottenWords] = []) throws {
    var exchange = [Message(.user, question), Message(.assistant, answer)]
    for words in forgotten {
      leaveOut(words, of: &messages)
      leaveOut(words, of: &exchange)
    }
    if isPrivate { privateMessages.formUnion(messages.count..<messages.count + exchange.count) }
    messages += exchange
    if !isPrivate { try writer?.append(exchange) }
  }

  private func leaveOut(_ words: ForgottenWords, of messages: inout [Message]) {
    var goesOn = false
    for index in messages.indices where messages[index].role != .system {
      let isSaid = words.areSaid(in: messages[index].content, conversation: writer?.id ?? name)
      let goes = isSaid || (goesOn && messages[index].role == .assistant)
      goesOn = goes && messages[index].role == .user
      if goes { messages[index].content = ConversationStore.ellipsis }
    }
  }

  /// Leaves out what another process has taken out of the conversation's file since: it was forgotten.
  package mutating func refresh() {
    guard let id, let kept = try? store.load(id).messages else { return }
    let places = messages.indices.filter { !privateMessages.contains($0) }
    guard kept.count == places.count else { return }
    for (place, message) in zip(places, kept) where ConversationStore.isForgotten(message) { messages[place] = message }
  }

  /// What a model is told of the conversation: exchanges without anything forgotten.
  private var remembered: [Message] {
    var found: [Message] = []
    for message in messages {
      guard ConversationStore.isForgotten(message) else {
        found.append(message)
        continue
      }
      if message.role == .assistant, found.last?.role == .user { found.removeLast() }
    }
    return found
  }

  /// Asks; the oldest exchanges are left out, whole, where the conversation has outgrown the context.
  package func ask(_ question: String, of assistant: any Conversing) -> AsyncThrowingStream<Event, any Error> {
    let memory = owner.map { MemoryUse(owner: $0, conversation: writer?.id ?? name, learns: !isPrivate) }
    var sampling = Persona.standard.sampling
    sampling.maxTokens = maxTokens
    let history = remembered
    let model = model
    return AsyncThrowingStream { continuation in
      let task = Task { [sampling] in
        do {
          var forgotten = 0
          while true {
            let request = GenerationRequest(
              model: model, prompt: .chat(history.dropFirst(forgotten) + [Message(.user, question)]),
              sampling: sampling, client: "chat", requestID: "chat")
            do {
              for try await event in try await assistant.generate(request, memory: memory) {
                continuation.yield(.generation(event))
              }
              return continuation.finish()
            } catch let error as SaraiError where error.code == .contextOverflow && forgotten < history.count {
              forgotten = Self.nextQuestion(in: history, after: forgotten)
              continuation.yield(.forgot(forgotten))
            }
          }
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Where the exchange after this one begins.
  private static func nextQuestion(in history: [Message], after index: Int) -> Int {
    history.indices.dropFirst(index + 1).first { history[$0].role == .user } ?? history.count
  }

  /// The conversation as a text to read.
  package func transcript(_ language: Language) -> String {
    messages.map { message in
      let name =
        message.role == .user ? Localized(es: "Tú", en: "You")[language] : message.role == .assistant ? "SARAi" : ""
      return "**\(name)**: \(message.content)\n"
    }.joined(separator: "\n")
  }
}
