import SaraiCore
import Testing

@testable import SaraiInference

@Suite struct DraftPolicyTests {
  private func costs(_ ratios: [Int: Double], single: Double = 0.01) -> VerifyCosts {
    var costs = VerifyCosts(maximumTokens: 33)
    for _ in 0..<4 { costs.computed(tokens: 1, seconds: single) }
    for (tokens, ratio) in ratios { for _ in 0..<4 { costs.computed(tokens: tokens, seconds: ratio * single) } }
    return costs
  }

  @Test func `nothing is verified before a single token's time is known`() {
    #expect(VerifyCosts(maximumTokens: 33).bestLength([1, 1, 1]) == 0)
  }

  @Test func `as many guesses as bring tokens fastest`() {
    // Batches for nothing: all of them.
    let free = costs([2: 1, 3: 1, 4: 1, 5: 1])
    #expect(free.bestLength([0.9, 0.9, 0.9, 0.9]) == 4)
    // As dear as single tokens: none, however sure.
    let dear = costs([2: 2, 3: 3, 4: 4, 5: 5])
    #expect(dear.bestLength([1, 1, 1, 1]) == 0)
    // (1 + 0.5) / 1.3 = 1.15 and (1 + 0.5 + 0.05) / 1.6 = 0.97.
    #expect(costs([2: 1.3, 3: 1.6]).bestLength([0.5, 0.1]) == 1)
    #expect(costs([2: 1.3, 3: 1.6]).bestLength([0.2, 0.1]) == 0)
    // A dear second token does not hide a worthwhile fourth.
    #expect(costs([2: 1.9, 3: 2, 4: 2, 5: 2]).bestLength([0.85, 0.95, 0.95, 0.95]) == 4)
    // The price of guessing counts.
    #expect(free.bestLength([0.5], secondsPerGuess: 0.001) == 1)
    #expect(free.bestLength([0.5], secondsPerGuess: 0.006) == 0)
  }

  @Test func `what was not measured lies between and beyond what was`() {
    let costs = costs([2: 1.2, 5: 1.8])
    #expect(abs(costs.ratio(tokens: 3) - 1.4) < 0.01)
    #expect(abs(costs.ratio(tokens: 4) - 1.6) < 0.01)
    #expect(costs.ratio(tokens: 9) > 1.8 && costs.ratio(tokens: 9) < 4)
    #expect(costs.ratio(tokens: 33) > costs.ratio(tokens: 9))
  }

  @Test func `one disturbance does not end drafting, and a dear size is forgiven in time`() {
    var costs = costs([2: 1.2])
    costs.computed(tokens: 2, seconds: 10)
    #expect(costs.ratio(tokens: 2) < 1.6)
    for _ in 0..<200 { costs.computed(tokens: 2, seconds: 0.03) }
    let dear = costs.ratio(tokens: 2)
    #expect(dear > 2.5)
    for _ in 0..<2_000 { costs.forgive(tokens: 2) }
    #expect(costs.ratio(tokens: 2) < 1.5)
  }

  @Test func `acceptance is learnt for the request, and remembered for the next`() {
    var estimates = AcceptanceEstimates()
    let before = estimates.probability(drafter: "a", evidence: 3)
    for _ in 0..<60 { estimates.judge(drafter: "a", evidence: 3, isRight: false) }
    let after = estimates.probability(drafter: "a", evidence: 3)
    #expect(after < 0.1 && after < before)
    #expect(estimates.probability(drafter: "b", evidence: 3) == before)
    #expect(estimates.probability(drafter: "a", evidence: 20) > 0.9)
    estimates.beginRequest()
    let remembered = estimates.probability(drafter: "a", evidence: 3)
    #expect(remembered < 0.15)
    for _ in 0..<20 { estimates.judge(drafter: "a", evidence: 3, isRight: true) }
    #expect(estimates.probability(drafter: "a", evidence: 3) > 0.7)
  }

  @Test func `by acceptance: two guesses, four above 0,6, five above 0,8, none for a while below 0,6`() {
    let costs = costs([:])
    let sure = [Double](repeating: 1, count: 8)
    func play(_ rights: [Int]) -> [Int] {
      var policy = DraftPolicy(mode: .acceptance)
      var lengths: [Int] = []
      for right in rights {
        let length = policy.length(sure, costs: costs)
        lengths.append(length)
        for index in 0..<length { policy.judged(index < right) }
      }
      return lengths
    }
    #expect(play([2, 5, 5]) == [2, 5, 5])
    #expect(play([2, 5, 3, 3]) == [2, 5, 5, 5])
    // After rounds of 1 and 0,4: 0,7 on average.
    #expect(play([2, 2, 0]) == [2, 5, 4])
    let bad = play([Int](repeating: 0, count: 60))
    #expect(bad[..<10].allSatisfy { $0 == 2 })
    #expect(bad[10..<43].allSatisfy { $0 == 0 })
    #expect(bad[43] == 2)
    var off = DraftPolicy(mode: .off)
    #expect(off.length(sure, costs: costs) == 0)
  }
}
