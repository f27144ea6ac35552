import Testing

@testable import SaraiInference

@Suite struct SpellingMemoryTests {
  @Test func `a spelling is kept until others were seen more often`() {
    var memory = SpellingMemory()
    let key = SpellingMemory.key(Array("full_name\": \"".utf8))
    #expect(memory[key] == nil)
    for token in [Int32(5), 5, 5] { memory.learn(key, token) }
    memory.learn(key, 6)
    #expect(memory[key] == 5)
    for _ in 0..<3 { memory.learn(key, 6) }
    #expect(memory[key] == 6)
    // What comes after the next bytes does not matter.
    let long = Array("a very long run of forced bytes".utf8)
    memory.learn(SpellingMemory.key(long + [1]), 9)
    #expect(memory[SpellingMemory.key(long + [2, 3])] == 9)
  }

  @Test func `it has no more entries than it may`() {
    var memory = SpellingMemory()
    for number in 0..<20_000 { memory.learn(SpellingMemory.key(Array("\(number)".utf8)), Int32(number)) }
    let known = (0..<20_000).filter { memory[SpellingMemory.key(Array("\($0)".utf8))] != nil }
    #expect(known.count <= 4_096 && known.last == 19_999)
  }
}
