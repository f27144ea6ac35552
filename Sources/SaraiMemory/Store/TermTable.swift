/// The words of all terms, one after the other, by number: a few megabytes for each million facts.
///
/// It never changes, so whoever holds it reads without a lock.
struct TermTable: Sendable {
  /// Where each number's entry begins in `bytes`; 0 where there is none.
  private var starts: [UInt32] = []
  /// Entries: bytes of the text and of the folded form, two bytes each, then both; the second is empty where it is the
  /// same. The first byte belongs to no entry.
  private var bytes: [UInt8] = [0]
  private(set) var count = 0
  /// There are more than it may hold.
  private(set) var isFull = false

  /// What is longer is read where it lies.
  private static let longestBytes = 256
  /// Of what is in it. Beyond that, terms are read where they lie, too.
  private static let maximumBytes = 64 << 20
  private static let maximumNumber = 8 << 20

  /// - Returns: Whether there is room for more.
  mutating func add(_ number: Int64, text: String, folded: String?) -> Bool {
    guard number < Self.maximumNumber, bytes.count < Self.maximumBytes else {
      isFull = true
      return false
    }
    let (length, foldedLength) = (text.utf8.count, folded?.utf8.count ?? 0)
    guard number >= 0, length <= Self.longestBytes, foldedLength <= Self.longestBytes else { return true }
    if starts.count <= number { starts += repeatElement(0, count: Int(number) + 1 - starts.count) }
    starts[Int(number)] = UInt32(bytes.count)
    for length in [length, foldedLength] {
      bytes.append(UInt8(length >> 8))
      bytes.append(UInt8(length & 0xFF))
    }
    bytes += text.utf8
    if let folded { bytes += folded.utf8 }
    count += 1
    return true
  }

  func term(_ number: Int64) -> Term? {
    guard number >= 0, number < starts.count, starts[Int(number)] != 0 else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      let start = Int(starts[Int(number)])
      func length(at place: Int) -> Int { Int(bytes[place]) << 8 | Int(bytes[place + 1]) }
      let text = start + 4
      let folded = text + length(at: start)
      let end = folded + length(at: start + 2)
      let words = String(decoding: bytes[text..<folded], as: UTF8.self)
      return Term(text: words, folded: end == folded ? words : String(decoding: bytes[folded..<end], as: UTF8.self))
    }
  }
}
