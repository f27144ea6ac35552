import Foundation

/// How often a seeded test tries: a sample in continuous integration, all of it in `make soak`. `SARAI_SOAK_PART=3/20`
/// tries the third of twenty parts, for whoever cannot wait for all of it at once.
package func rounds(_ sample: Int, soak: Int) -> Int {
  guard ProcessInfo.processInfo.environment["SARAI_SOAK"] == "1" else { return sample }
  let (part, parts) = soakPart
  return soak / parts + (part <= soak % parts ? 1 : 0)
}

/// A seed that is another one in each part of a soak.
package func soakSeed(_ seed: UInt64) -> UInt64 { seed &+ UInt64(soakPart.part - 1) &* 1_000_003 }

private var soakPart: (part: Int, parts: Int) {
  let numbers = ProcessInfo.processInfo.environment["SARAI_SOAK_PART"]?.split(separator: "/").compactMap { Int($0) }
  guard let numbers, numbers.count == 2, numbers[1] > 0, (1...numbers[1]).contains(numbers[0]) else { return (1, 1) }
  return (numbers[0], numbers[1])
}

/// Numbers that are the same in every run.
package struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  package mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
