package import SaraiCore
import Synchronization

/// Whose memory a turn uses, and how.
package struct MemoryUse: Sendable, Hashable {
  package var owner: String
  /// Tells this conversation's turns from those of others; empty where nobody named it.
  package var conversation: String
  /// False for a private turn: what was told before is used, and nothing is kept of this one.
  package var learns: Bool
  /// The person's own words, where the turn holds other text too, such as a file's; nil where all of it is theirs.
  package var ownWords: String?
  /// True where the request says itself whose memory it means, whatever else it brings.
  package var isNamed: Bool

  package init(
    owner: String, conversation: String = "", learns: Bool = true, ownWords: String? = nil, isNamed: Bool = false
  ) {
    self.owner = owner
    self.conversation = conversation
    self.learns = learns
    self.ownWords = ownWords
    self.isNamed = isNamed
  }
}

extension MemoryReply {
  /// Whether it goes before what a skill may say to the same words. Where nothing is known, or nothing was there to be
  /// forgotten, the words may be about something else.
  var isCertain: Bool {
    switch outcome {
    case .known, .contradictory, .reported: true
    case .forgotten: !facts.isEmpty
    case .unknown, .acknowledged: false
    }
  }
}

/// What a turn asks of the memory, and tells it. A memory that fails costs a turn what it would have known, never the
/// answer.
package final class TurnMemory: Sendable {
  /// A turn waits no longer than this for the memory.
  private static let answerSeconds = 8.0
  /// Lines of a prompt that memory may take, and bytes of them together.
  private static let limits = (facts: 12, turns: 3, bytes: 1_200)

  private let gateway: any MemoryGateway
  private let now: @Sendable () -> CivilDateTime
  private let onFailure: @Sendable (any Error) -> Void
  private let lessons = Mutex<[Int: (owner: String, done: OneShot<Void>)]>([:])
  private let lastLesson = Atomic(0)

  /// - Parameters:
  ///   - now: The clock on the wall.
  ///   - onFailure: Told why the memory failed.
  package init(
    _ gateway: any MemoryGateway, now: @escaping @Sendable () -> CivilDateTime,
    onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
  ) {
    self.gateway = gateway
    self.now = now
    self.onFailure = onFailure
  }

  // MARK: - Before the answer

  /// What memory alone says to the turn; nil where it says nothing.
  ///
  /// - Parameter spoken: Languages in which the model that would answer can hold a conversation. In others, a turn that
  ///   only tells something is acknowledged from memory.
  func reply(to request: Turn.Request, spoken: [Language]) async throws -> MemoryReply? {
    guard let use = Self.use(in: request), Self.mayAnswer(request) else { return nil }
    var question = question(request, use)
    if use.learns { question.acknowledges = Language.allCases.filter { !spoken.contains($0) } }
    let asked = question
    return try await asking { try await $0.respond(to: asked) } ?? nil
  }

  /// What a prompt should hold of what was told, as sentences of the person's own; empty where there is nothing.
  ///
  /// - Parameter staysHere: Whether the prompt stays on this machine.
  func notes(for request: Turn.Request, staysHere: Bool) async throws -> String {
    guard let use = Self.use(in: request) else { return "" }
    let question = question(request, use)
    let limits = RecallLimits(facts: Self.limits.facts, turns: Self.limits.turns, includesPrivate: staysHere)
    let recall = try await asking { try await $0.recall(question, limits: limits) }
    return recall.map { Self.text($0) } ?? ""
  }

  private static func text(_ recall: MemoryRecall) -> String {
    var lines: [String] = []
    var bytes = 0
    let said = recall.turns.filter { $0.role == "user" }.map { "«\($0.text.prefix(240))»" }
    for line in recall.notes + said where bytes + line.utf8.count <= limits.bytes {
      lines.append("- " + line)
      bytes += line.utf8.count
    }
    guard !lines.isEmpty else { return "" }
    let head =
      recall.language == .spanish
      ? "Lo que te he contado antes y puede venir al caso:" : "What I told you before and may matter here:"
    return head + "\n" + lines.joined(separator: "\n") + "\n\n"
  }

  private func question(_ request: Turn.Request, _ use: MemoryUse) -> MemoryQuestion {
    MemoryQuestion(
      owner: use.owner, conversation: use.conversation, text: request.messages.last?.content ?? "",
      language: request.language, now: now(), mayChange: use.ownWords == nil)
  }

  /// - Throws: Only `CancellationError`.
  private func asking<Reply: Sendable>(
    _ body: @escaping @Sendable (any MemoryGateway) async throws -> Reply
  ) async throws -> Reply? {
    do {
      return try await withDeadline(
        seconds: Self.answerSeconds,
        expired: {
          SaraiError(.timeout, es: "la memoria no contestó a tiempo", en: "the memory did not answer in time")
        }, { [gateway] in try await body(gateway) })
    } catch {
      try Task.checkCancellation()
      onFailure(error)
      return nil
    }
  }

  // MARK: - Which turns

  /// The memory of a turn that SARAi answers as herself. A client with a system prompt of its own puts more into the
  /// person's mouth than the person says, unless it names whose memory it means.
  static func use(in request: Turn.Request) -> MemoryUse? {
    guard let use = request.memory, request.model == Turn.sarai, request.messages.last?.role == .user,
      use.isNamed || !request.messages.contains(where: { $0.role == .system || $0.role == .tool })
    else { return nil }
    return use
  }

  private static func mayAnswer(_ request: Turn.Request) -> Bool {
    guard let sampling = request.sampling else { return true }
    return sampling.logitBias.isEmpty && sampling.stop.isEmpty
  }

  // MARK: - After the answer

  /// Has the memory learn from a turn, beside whatever comes next.
  func learn(from request: Turn.Request, reply: String) {
    guard let use = Self.use(in: request), use.learns,
      let text = use.ownWords ?? request.messages.last?.content, text.contains(where: { !$0.isWhitespace })
    else { return }
    let lesson = MemoryLesson(
      owner: use.owner, conversation: use.conversation, text: text, reply: reply, language: request.language, now: now()
    )
    let number = lastLesson.add(1, ordering: .relaxed).newValue
    let done = OneShot<Void>()
    lessons.withLock { $0[number] = (use.owner, done) }
    Task { [gateway, onFailure] in
      do {
        _ = try await gateway.learn(lesson)
      } catch {
        onFailure(error)
      }
      self.lessons.withLock { $0[number] = nil }
      done.set(())
    }
  }

  /// Waits until what was said so far is learnt, no longer than so many seconds.
  ///
  /// - Parameter owner: Whose lessons; nil for everybody's.
  package func settle(owner: String? = nil, withinSeconds seconds: Double) async {
    let pending = lessons.withLock { $0.values.filter { owner == nil || $0.owner == owner }.map(\.done) }
    guard !pending.isEmpty else { return }
    _ = try? await withDeadline(
      seconds: seconds, expired: { SaraiError(.timeout, es: "aún aprende", en: "still learning") },
      { for lesson in pending { try await lesson.waitOrCancel() } })
  }
}
