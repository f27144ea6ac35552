import SaraiCore
import Testing

@testable import SaraiInference

struct StaticHeadTests {
  @Test func `a head is known by its tokens and its number of messages`() {
    var heads = StaticHeads()
    heads.add([1, 2, 3], messageCount: 1)
    #expect(heads.length(in: [1, 2, 3, 4], messageCount: 1) == 3)
    #expect(heads.length(in: [1, 2, 3, 4], messageCount: 2) == nil)
    #expect(heads.length(in: [1, 2], messageCount: 1) == nil)
    #expect(heads.length(in: [1, 2, 4, 4], messageCount: 1) == nil)
  }

  @Test func `the head that was used longest ago makes room`() {
    var heads = StaticHeads()
    for token in Int32(0)..<8 { heads.add([token, 9], messageCount: 1) }
    #expect(heads.length(in: [0, 9, 1], messageCount: 1) == 2)
    heads.add([8, 9], messageCount: 1)
    #expect(heads.length(in: [1, 9, 1], messageCount: 1) == nil)
    #expect(heads.length(in: [0, 9, 1], messageCount: 1) == 2)
  }

  @Test func `the static part reaches to the user's first word and never into it`() async throws {
    let engine = try await RealModel.load()
    func prompt(_ text: String) async throws -> (all: [Int32], staticCount: Int) {
      try await engine.tokens(of: .chat([RealModel.longSystem, Message(.user, text)]), staticMessageCount: 1)
    }
    let first = try await prompt("a day in May")
    let again = try await prompt("1 more")
    let other = try await prompt("Hello")
    #expect(first.staticCount == again.staticCount && first.staticCount == other.staticCount)
    #expect(commonPrefixLength(first.all, again.all) == first.staticCount)
    // A beginning that joins with the layout before it takes the shorter part, which all prompts share.
    let odd = try await prompt("\n\nHello")
    #expect(odd.staticCount <= first.staticCount)
    #expect(Array(odd.all.prefix(odd.staticCount)) == Array(first.all.prefix(odd.staticCount)))
  }
}
