import Glibc
import SaraiCore
import SaraiMemory

/// What several people told over two years: facts of people and things, some told far more often than others, with
/// history; and what one of them said word by word. The same seed gives the same world.
struct MemoryWorld: Sendable {
  /// Facts of all owners together.
  let facts: Int
  /// Turns of the first owner, who also has most facts; the others have a hundredth of it each.
  let turns: Int
  let seed: UInt64
  /// When the last thing was told.
  let end: Timestamp

  static let owners = 5
  static let days = 730
  /// Of the first owner.
  private static let firstShare = 0.6

  init(facts: Int, turns: Int, seed: UInt64 = 1, end: Timestamp = .now()) {
    self.facts = facts
    self.turns = turns
    self.seed = seed
    self.end = end
  }

  func owner(_ number: Int) throws -> Owner { try Owner("bench-\(number)") }

  func factCount(of owner: Int) -> Int {
    let first = Int(Double(facts) * Self.firstShare)
    return owner == 0 ? first : (facts - first) / (Self.owners - 1)
  }

  func turnCount(of owner: Int) -> Int { owner == 0 ? turns : turns / 100 }

  /// Things that are told about: one for each eight facts.
  func entityCount(of owner: Int) -> Int { max(1, factCount(of: owner) / 8) }

  /// Evenly over the two years, in milliseconds since 1970.
  private func time(_ index: Int, of count: Int) -> Int64 {
    let span = Int64(Self.days) * 86_400_000
    return end.milliseconds - span + span / Int64(max(1, count)) * Int64(index)
  }

  // MARK: - Facts

  struct Told: Sendable {
    var subject: String
    var verb: String
    var object: String
    /// The fact that took its place; nil for one that holds.
    var supersededBy: Int?
  }

  /// The facts of one owner in the order in which they were told. Three in ten are over.
  ///
  /// Who has just been told about is told about again; beside that, few are told about often.
  func told(by owner: Int) -> [Told] {
    var random = SeededGenerator(seed: seed &* 1_000 &+ UInt64(owner))
    let count = factCount(of: owner)
    let entities = entityCount(of: owner)
    var told: [Told] = []
    told.reserveCapacity(count)
    for index in 0..<count {
      // Corrects one of the last thousand: the same subject and verb, another object.
      if index > 50, random.chance(0.3) {
        let old = index - 1 - random.below(min(index, 1_000) - 1)
        if told[old].supersededBy == nil {
          told[old].supersededBy = index
          told.append(
            Told(subject: told[old].subject, verb: told[old].verb, object: object(&random, owner: owner, entities)))
          continue
        }
      }
      let newest = entities * index / max(1, count)
      let entity =
        random.chance(0.6) ? max(0, newest - random.below(200)) : random.zipf(entities)
      told.append(
        Told(
          subject: Self.entity(entity, owner: owner), verb: Self.verbs[random.zipf(Self.verbs.count)],
          object: object(&random, owner: owner, entities)))
    }
    return told
  }

  private func object(_ random: inout SeededGenerator, owner: Int, _ entities: Int) -> String {
    if random.chance(0.3) { return Self.entity(random.zipf(entities), owner: owner) }
    return (0...random.below(3)).map { _ in Self.content(random.zipf(Self.contentWords), isEnglish: false) }
      .joined(separator: " ")
  }

  static func entity(_ number: Int, owner: Int) -> String {
    // Names that come one after the other have nothing to do with each other.
    let mixed = (number &* 7_919 &+ owner &* 104_729) % (givenNames.count * surnames.count * surnames.count)
    let given = givenNames[mixed % givenNames.count]
    let rest = mixed / givenNames.count
    let round = number / (givenNames.count * surnames.count * surnames.count)
    return "\(given) \(surnames[rest % surnames.count]) \(surnames[rest / surnames.count])"
      + (round > 0 ? " \(round)" : "")
  }

  /// What an owner told, as lines that a memory imports.
  func lines(of owner: Int, told: [Told]) -> some Sequence<String> {
    let turnCount = turnCount(of: owner)
    let turns = (0..<turnCount).lazy.map { turnLine($0, owner: owner, of: turnCount) }
    let facts = told.indices.lazy.map { factLine($0, told[$0], of: told, turns: turnCount) }
    return JoinedLines(first: turns, second: facts)
  }

  private func turnLine(_ index: Int, owner: Int, of count: Int) -> String {
    """
    {"type":"turn","id":\(index + 1),"conversation":"\(index / 20)","role":"\(index % 2 == 0 ? "user" : "assistant")",\
    "speaker":"","said_at_ms":\(turnTime(index, of: count)),"text":"\(text(ofTurn: index, owner: owner))"}
    """
  }

  /// Twenty turns a minute apart, then a pause.
  func turnTime(_ index: Int, of count: Int) -> Int64 { time(index / 20 * 20, of: count) + Int64(index % 20) * 60_000 }

  /// Every other fact knows the turn that told it.
  private func factLine(_ index: Int, _ fact: Told, of all: [Told], turns: Int) -> String {
    let said = time(index, of: all.count)
    var line = """
      {"type":"fact","id":\(index + 1),"subject":"\(fact.subject)","verb":"\(fact.verb)","object":"\(fact.object)",\
      "negated":\(index % 40 == 0),"confidence":\(index % 5 == 0 ? "0.8" : "0.95"),"source":"user_input",\
      "extractor":"rules","standing":"\(fact.supersededBy == nil ? "current" : "past")","private":false,\
      "said_at_ms":\(said)
      """
    if index % 2 == 0, turns > 0 { line += ",\"turn\":\(index * turns / all.count + 1)" }
    if let next = fact.supersededBy {
      line += ",\"valid_to_ms\":\(time(next, of: all.count)),\"superseded_by\":\(next + 1)"
    }
    return line + "}"
  }

  // MARK: - Turns

  /// Eight to thirty words, nearly half of them function words; every fifth conversation is in English.
  func words(ofTurn index: Int, owner: Int) -> [String] {
    var random = SeededGenerator(seed: seed &* 31 &+ UInt64(owner) << 40 &+ UInt64(index))
    let isEnglish = Self.isEnglish(turn: index)
    let functions = isEnglish ? Self.englishFunctionWords : Self.spanishFunctionWords
    return (0..<(8 + random.below(23))).map { _ in
      random.chance(0.45)
        ? functions[random.zipf(functions.count)]
        : Self.content(random.zipf(Self.contentWords), isEnglish: isEnglish)
    }
  }

  static func isEnglish(turn index: Int) -> Bool { index / 20 % 5 == 4 }

  func text(ofTurn index: Int, owner: Int) -> String { words(ofTurn: index, owner: owner).joined(separator: " ") + "." }

  /// A question about a turn of the first owner: function words around three words of the turn.
  func question(about index: Int) -> String {
    var random = SeededGenerator(seed: seed &* 77 &+ UInt64(index))
    let isEnglish = Self.isEnglish(turn: index)
    let functions = Set(isEnglish ? Self.englishFunctionWords : Self.spanishFunctionWords)
    let content = words(ofTurn: index, owner: 0).filter { !functions.contains($0) }
    let asked = (0..<3).map { _ in content.isEmpty ? "" : content[random.below(content.count)] }
    return isEnglish
      ? "What did I say about the \(asked[0]) and the \(asked[1]) that was in the \(asked[2])?"
      : "¿Qué te dije de la \(asked[0]) y de lo que era el \(asked[1]) con la \(asked[2])?"
  }

  // MARK: - Vectors

  static let dimensions = 384

  /// As e5 has them: all near one direction, which says nothing, and each with something of its own.
  func vector(ofTurn index: Int) -> StoredVector {
    var random = SeededGenerator(seed: seed &* 513 &+ UInt64(index))
    let components = (0..<Self.dimensions).map { place in
      Int8(40 * (place % 3 - 1) + random.below(61) - 30)
    }
    return StoredVector(scale: 0.0015, components: components)
  }

  /// A question's, near the turn's.
  func queryVector(about index: Int) -> [Float] {
    var random = SeededGenerator(seed: seed &* 911 &+ UInt64(index))
    return vector(ofTurn: index).floats.map { $0 + 0.0015 * Float(random.below(31) - 15) }
  }
}

/// One sequence behind another.
private struct JoinedLines<First: Sequence, Second: Sequence>: Sequence, IteratorProtocol
where First.Element == String, Second.Element == String {
  private var first: First.Iterator
  private var second: Second.Iterator

  init(first: First, second: Second) {
    self.first = first.makeIterator()
    self.second = second.makeIterator()
  }

  mutating func next() -> String? { first.next() ?? second.next() }
}

/// SplitMix64 (G. Steele, D. Lea and C. Flood, 2014): a number from a seed, then from the seed and a constant, and so on.
struct SeededGenerator: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0xD134_2543_DE82_EF95 &+ 0x2545_F491_4F6C_DD1D }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// In 0..<1.
  mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }

  /// In 0..<bound; 0 where the bound is 0.
  mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  mutating func chance(_ share: Double) -> Bool { unit() < share }

  /// A rank in 0..<count; the n-th about 1/n as often as the first.
  mutating func zipf(_ count: Int) -> Int { min(count - 1, Int(exp(unit() * log(Double(count) + 1))) - 1) }
}
