/// A guess at the tokens that come next.
package struct Draft: Sendable, Hashable {
  package var tokens: [Int32]
  /// How much speaks for the first token, from 0; each right token adds one. Guesses with the same evidence are right
  /// equally often, as far as the drafter knows.
  package var evidence: Int

  package static let none = Draft(tokens: [], evidence: 0)

  package init(tokens: [Int32], evidence: Int) {
    self.tokens = tokens
    self.evidence = evidence
  }
}

/// A source of guesses. What it says never changes the text, only the time: the target keeps a guess if and only if it
/// would have drawn the same token.
///
/// One request uses it, on the compute thread.
package protocol Drafter: AnyObject {
  /// What telemetry calls it.
  var name: String { get }
  /// Nil for drafters whose guesses take no time worth weighing. For the others what speaks for a first guess before
  /// they are asked: they are asked only where it is expected to pay and the cheaper ones have no guess.
  var startingEvidence: Int? { get }

  /// Takes text that was decided: first the prompt, then each token as it is drawn.
  func extend(_ tokens: ArraySlice<Int32>)

  /// Guesses at most `limit` tokens after the text and `pending`, the guesses of others that are not decided yet.
  ///
  /// It returns by the deadline with what it has by then; a drafter that computes elsewhere waits no longer. Whether
  /// what comes later is of use it finds out from `extend`.
  func propose(after pending: [Int32], limit: Int, deadline: ContinuousClock.Instant) -> Draft
}
