import Testing

@testable import SaraiInference

@Suite struct RecurrenceDrafterTests {
  private func guess(
    _ text: [Int32], pending: [Int32] = [], limit: Int = 4, capacity: Int = RecurrenceDrafter.defaultCapacity
  ) -> Draft {
    let drafter = RecurrenceDrafter(expected: text.count, capacity: capacity)
    drafter.extend(text[...])
    return drafter.propose(after: pending, limit: limit, deadline: .now)
  }

  @Test func `what followed the last words before is guessed again, with the length of the match`() {
    #expect(guess([1, 2, 3, 4, 5, 6, 9, 1, 2, 3]) == Draft(tokens: [4, 5, 6, 9], evidence: 3))
    #expect(guess([1, 2, 3, 4, 5, 6, 9, 7, 2, 3]) == Draft(tokens: [4, 5, 6, 9], evidence: 2))
    #expect(guess([1, 2, 3, 4, 5, 6, 9, 7, 8, 3]) == .none)
    #expect(guess([1, 2]) == .none)
    #expect(guess([]) == .none)
  }

  @Test func `the longest match decides, and of equals the latest`() {
    #expect(guess([8, 1, 2, 3, 50, 7, 1, 2, 3, 60, 8, 1, 2, 3], limit: 1) == Draft(tokens: [50], evidence: 4))
    #expect(guess([1, 2, 3, 50, 9, 1, 2, 3, 60, 8, 1, 2, 3], limit: 1) == Draft(tokens: [60], evidence: 3))
  }

  @Test func `a repetition goes on into its own guess`() {
    #expect(guess([1, 2, 1, 2, 1, 2], limit: 5).tokens == [1, 2, 1, 2, 1])
    #expect(guess([5, 5, 5, 5], limit: 6).tokens == [5, 5, 5, 5, 5, 5])
  }

  @Test func `guesses of others count as text`() {
    #expect(guess([1, 2, 3, 4, 5, 9, 1], pending: [2, 3], limit: 2) == Draft(tokens: [4, 5], evidence: 3))
    #expect(guess([1, 2, 3, 4, 5, 9], pending: [1, 2, 3], limit: 2) == Draft(tokens: [4, 5], evidence: 3))
    // A guess goes on into what is only guessed.
    #expect(guess([1, 2, 3], pending: [1, 2, 3], limit: 5).tokens == [1, 2, 3, 1, 2])
  }

  @Test func `every guess is what a search through the whole text finds, or as long a match`() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<400 {
      let letters = Int32.random(in: 2...12, using: &random)
      let text = (0..<Int.random(in: 3...60, using: &random)).map { _ in Int32.random(in: 0..<letters, using: &random) }
      let draft = guess(text, limit: 3)
      let longest =
        (1..<text.count).map { end in
          zip(text[..<end].reversed(), text.reversed()).prefix { $0 == $1 }.count
        }.max() ?? 0
      // A bounded number of places is looked at, so a short match may hide a long one in a text of few words.
      #expect(draft.evidence <= min(32, longest))
      #expect(draft.evidence >= min(longest, 3) || longest < 2)
      guard draft.evidence > 0 else { continue }
      #expect(draft.tokens.count == 3)
      let isThere = (1..<text.count).contains { end in
        let match = zip(text[..<end].reversed(), text.reversed()).prefix { $0 == $1 }.count
        return match >= draft.evidence && text[end] == draft.tokens[0]
      }
      #expect(isThere)
    }
  }

  @Test func `memory is bounded, and what is forgotten is the oldest`() {
    let text = (0..<100).map { Int32($0) } + [97, 98]
    #expect(guess(text, limit: 1, capacity: 64).tokens == [99])
    #expect(guess(Array(text.dropLast(2)) + [1, 2, 3], limit: 1, capacity: 64) == .none)
  }
}
