package import SaraiCore

/// Guesses of a small model in another process, one call a round.
///
/// It never waits beyond its deadline. An answer that comes later is used as far as the text went where it said; until it
/// has come, nothing else is asked. A call that fails leaves the draft model alone for a while.
package final class RemoteDrafter: Drafter {
  private struct Call {
    var answer: AwaitedValue<Result<DraftReply, any Error>>
    var task: Task<Void, Never>
    /// Tokens of the text when it was asked.
    var position: Int
    var asked: ContinuousClock.Instant
  }

  package let name = "draft"
  /// As sure as a match of some tokens; what it is really worth is learnt.
  package let startingEvidence: Int? = 4

  private let link: DraftLink
  private let sampling: SamplingParameters
  private let vocabularySize: Int
  private let textID = UInt64.random(in: .min ... .max)
  private var text: [Int32] = []
  /// How many of them the other side has.
  private var sent = 0
  private var call: Call?
  /// Guesses that came too late, and where they begin.
  private var late: (position: Int, tokens: [Int32])?

  /// A call without an answer for this long is given up.
  private static let patience = Duration.seconds(20)

  /// - Parameters:
  ///   - sampling: The request's.
  ///   - seed: The one in use.
  ///   - vocabularySize: Guesses are tokens below it: they come from another process, which may say anything.
  package init(link: DraftLink, sampling: SamplingParameters, seed: UInt64, vocabularySize: Int) {
    self.link = link
    self.vocabularySize = vocabularySize
    var plain = SamplingParameters()
    plain.temperature = sampling.temperature
    plain.topK = sampling.topK
    plain.topP = sampling.topP
    plain.minP = sampling.minP
    plain.seed = seed
    self.sampling = plain
  }

  deinit { call?.task.cancel() }

  package func extend(_ tokens: ArraySlice<Int32>) { text += tokens }

  package func propose(after pending: [Int32], limit: Int, deadline: ContinuousClock.Instant) -> Draft {
    // It would have to be told to forget them again.
    guard pending.isEmpty, limit > 0 else { return .none }
    collect()
    if let draft = lateGuesses(limit) { return draft }
    guard call == nil, let room = link.contextTokens(), text.count + limit < room else { return .none }
    begin(limit)
    _ = call?.answer.wait(until: deadline)
    collect()
    return lateGuesses(limit) ?? .none
  }

  /// Takes an answer that is there.
  private func collect() {
    guard let call else { return }
    guard let answer = call.answer.current else {
      guard ContinuousClock.now - call.asked > Self.patience else { return }
      call.task.cancel()
      return fail()
    }
    self.call = nil
    switch answer {
    case .success(.guesses(let tokens)):
      late = (call.position, Array(tokens.prefix { $0 >= 0 && $0 < vocabularySize }))
    // It was restarted, or has had too many texts since: the next call tells it all.
    case .success(.unknownText): sent = 0
    case .failure: fail()
    }
  }

  private func fail() {
    call = nil
    sent = 0
    link.failed()
  }

  /// What is left of the last answer, where the text went on as it said.
  private func lateGuesses(_ limit: Int) -> Draft? {
    guard let late else { return nil }
    let passed = text.count - late.position
    guard passed >= 0, passed < late.tokens.count, text[late.position...].elementsEqual(late.tokens.prefix(passed))
    else {
      self.late = nil
      return nil
    }
    return Draft(tokens: Array(late.tokens[passed...].prefix(limit)), evidence: (startingEvidence ?? 0) + passed)
  }

  private func begin(_ limit: Int) {
    let request = DraftRequest(
      textID: textID, keep: sent, tokens: Array(text[sent...]), count: limit, sampling: sampling)
    sent = text.count
    let answer = AwaitedValue<Result<DraftReply, any Error>>()
    let task = Task { [transport = link.transport] in
      do {
        answer.set(.success(try await transport.propose(request)))
      } catch {
        answer.set(.failure(error))
      }
    }
    call = Call(answer: answer, task: task, position: text.count, asked: .now)
  }
}
