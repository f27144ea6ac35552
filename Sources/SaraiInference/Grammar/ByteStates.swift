import CGrammar

/// Sets of characters as automata over the bytes of UTF-8. Equal states are one.
struct ByteStates {
  struct Transition: Hashable {
    var low: UInt8
    var high: UInt8
    /// -1 is the character's end.
    var next: Int32
  }

  private(set) var ranges: [sarai_byte_range] = []
  private(set) var starts: [UInt32] = [0]
  private var known: [[Transition]: Int32] = [:]

  static let lastCharacter: UInt32 = 0x10FFFF

  /// Ascending ranges that don't touch; their complement where asked for.
  static func joined(_ ranges: [ClosedRange<UInt32>], complement: Bool) -> [ClosedRange<UInt32>] {
    var joined: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, range.lowerBound <= last.upperBound + 1 {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    guard complement else { return joined }
    var others: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in joined {
      if next < range.lowerBound { others.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= lastCharacter { others.append(next...lastCharacter) }
    return others
  }

  /// The state that reads one character of the set.
  mutating func state(of set: [ClosedRange<UInt32>]) -> Int32 {
    // Surrogates are no characters.
    let set = Self.clipped(set, to: 0...0xD7FF) + Self.clipped(set, to: 0xE000...Self.lastCharacter)
    var transitions = Self.clipped(set, to: 0...0x7F).map {
      Transition(low: UInt8($0.lowerBound), high: UInt8($0.upperBound), next: -1)
    }
    transitions += self.transitions(Self.clipped(set, to: 0x80...0x7FF), base: 0xC0, bytesLeft: 1)
    transitions += self.transitions(Self.clipped(set, to: 0x800...0xFFFF), base: 0xE0, bytesLeft: 2)
    transitions += self.transitions(Self.clipped(set, to: 0x10000...Self.lastCharacter), base: 0xF0, bytesLeft: 3)
    return intern(transitions)
  }

  private static func clipped(
    _ set: [ClosedRange<UInt32>], to bounds: ClosedRange<UInt32>
  ) -> [ClosedRange<UInt32>] {
    set.compactMap { $0.overlaps(bounds) ? $0.clamped(to: bounds) : nil }
  }

  /// - Parameters:
  ///   - set: What is left of the characters' numbers.
  ///   - base: The byte that stands for zero here.
  private mutating func transitions(
    _ set: [ClosedRange<UInt32>], base: UInt8, bytesLeft: UInt32
  ) -> [Transition] {
    guard let first = set.first, let last = set.last else { return [] }
    guard bytesLeft > 0 else {
      return set.map { Transition(low: base + UInt8($0.lowerBound), high: base + UInt8($0.upperBound), next: -1) }
    }
    let shift = 6 * bytesLeft
    var result: [Transition] = []
    for block in (first.lowerBound >> shift)...(last.upperBound >> shift) {
      let start = block << shift
      let within = Self.clipped(set, to: start...(start + (1 << shift) - 1))
      guard !within.isEmpty else { continue }
      let rest = transitions(
        within.map { ($0.lowerBound - start)...($0.upperBound - start) }, base: 0x80, bytesLeft: bytesLeft - 1)
      let next = intern(rest)
      let byte = base + UInt8(block)
      if let previous = result.last, previous.next == next, previous.high + 1 == byte {
        result[result.count - 1].high = byte
      } else {
        result.append(Transition(low: byte, high: byte, next: next))
      }
    }
    return result
  }

  private mutating func intern(_ transitions: [Transition]) -> Int32 {
    if let state = known[transitions] { return state }
    let state = Int32(starts.count - 1)
    for transition in transitions {
      ranges.append(sarai_byte_range(low: transition.low, high: transition.high, next: transition.next))
    }
    starts.append(UInt32(ranges.count))
    known[transitions] = state
    return state
  }
}
