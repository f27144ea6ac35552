import Testing

@testable import SaraiInference

@Suite struct RepetitionDetectorTests {
  /// How many tokens went by when the text was cut; nil if it was not.
  private func cut(_ tokens: some Sequence<Int32>) -> Int? {
    var detector = RepetitionDetector()
    for (index, token) in tokens.enumerated() where detector.push(token) { return index + 1 }
    return nil
  }

  private func cycle(_ period: Int, count: Int) -> [Int32] { (0..<count).map { Int32($0 % period) + 5 } }

  @Test func `one token over and over is cut after 128`() {
    #expect(cut(cycle(1, count: 1000)) == 128)
  }

  @Test(arguments: 2...64)
  func `a cycle is cut by 256 tokens`(period: Int) throws {
    let length = try #require(cut(cycle(period, count: 1000)))
    #expect((128...256).contains(length))
  }

  @Test func `the cut comes as late after an ordinary beginning`() {
    let beginning = (1000..<1700).map(Int32.init)
    #expect(cut(beginning + cycle(7, count: 1000)) == 700 + 256)
    // A loop that is left and entered again starts from nothing.
    let broken = join(20) { cycle(3, count: 150) + [Int32(500 + $0)] }
    #expect(cut(broken) == nil)
  }

  @Test func `rulers, lists, tables and refrains are left alone`() {
    let ruler = [Int32](repeating: 9, count: 80)
    #expect(cut(join(10) { ruler + [Int32(100 + $0)] }) == nil)
    // "1, 2, 3, …": numbers of several digits with the same two tokens between them.
    #expect(cut(join(400) { "\($0)".utf8.map(Int32.init) + [1, 2] }) == nil)
    // Rows "| word | 0 | 0 |".
    #expect(cut(join(60) { [7, Int32(200 + $0), 7, 48, 7, 48, 7, 10] }) == nil)
    // A matrix of 10 × 10 zeros, a space before each.
    let row = join(10) { _ in [32, 48] } + [10]
    #expect(cut(join(10) { _ in row }) == nil)
    // A refrain of 60 tokens, three times in a row, between verses.
    let refrain = (0..<60).map { Int32(3000 + $0) }
    #expect(
      cut(join(5) { verse in (0..<80).map { Int32(4000 + verse * 100 + $0) } + refrain + refrain + refrain }) == nil)
  }

  private func join(_ count: Int, _ part: (Int) -> [Int32]) -> [Int32] {
    (0..<count).reduce(into: []) { $0 += part($1) }
  }

  @Test func `random text is left alone`() {
    var random = SeededGenerator(seed: 3)
    #expect(cut((0..<20_000).map { _ in Int32.random(in: 0..<3, using: &random) }) == nil)
  }
}
