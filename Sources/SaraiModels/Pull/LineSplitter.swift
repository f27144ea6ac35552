/// Cuts a stream of bytes into lines (LF, CR LF), none of which may be longer than a limit.
struct LineSplitter: Sendable {
  private var rest: [UInt8] = []
  private let maximumLineBytes: Int
  /// True once a line was too long: nothing comes out any more.
  private(set) var isOverrun = false

  init(maximumLineBytes: Int) {
    self.maximumLineBytes = maximumLineBytes
  }

  /// The lines that end in these bytes, without their ends.
  mutating func lines(after bytes: some Collection<UInt8>) -> [[UInt8]] {
    guard !isOverrun else { return [] }
    var lines: [[UInt8]] = []
    for byte in bytes {
      if byte == 0x0a {
        if rest.last == 0x0d { rest.removeLast() }
        lines.append(rest)
        rest = []
      } else {
        rest.append(byte)
        if rest.count > maximumLineBytes {
          isOverrun = true
          rest = []
          break
        }
      }
    }
    return lines
  }
}
