/// Reads one answer of HTTP/1.1 as it comes in, piece by piece; all of it is bounded but a body that its reader counts.
struct HTTPReader {
  enum Fault: Error, Hashable {
    case malformed
    case tooLarge
  }

  private enum State: Hashable {
    case head
    case fixed(Int)
    case chunkSize
    case chunk(Int)
    case chunkEnd
    case trailer
    /// Everything until the connection ends.
    case raw
    case ended
  }

  /// Nil until the head has come.
  private(set) var status: Int?
  private var state = State.head
  /// What has come and is no use yet: part of a head or of a line.
  private var pending: [UInt8] = []

  private static let mostHeadBytes = 32 << 10
  private static let mostLineBytes = 1024

  /// True where nothing more belongs to the answer.
  var isComplete: Bool { state == .ended }

  /// Takes what came and returns the part of the body in it.
  mutating func take(_ bytes: [UInt8]) throws(Fault) -> [UInt8] {
    pending += bytes
    var body: [UInt8] = []
    while try step(&body) {}
    return body
  }

  /// The connection has ended; false where the answer was not whole.
  mutating func finish() -> Bool {
    if state == .raw { state = .ended }
    return state == .ended
  }

  /// One step; false where more has to come first.
  private mutating func step(_ body: inout [UInt8]) throws(Fault) -> Bool {
    switch state {
    case .head: return try readHead()
    case .fixed(let count): return move(count, to: &body) { $0 == 0 ? .ended : .fixed($0) }
    case .chunk(let count): return move(count, to: &body) { $0 == 0 ? .chunkEnd : .chunk($0) }
    case .chunkSize:
      guard let line = try takeLine() else { return false }
      let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
      guard !digits.isEmpty, digits.count <= 8, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16),
        size >= 0
      else { throw .malformed }
      state = size == 0 ? .trailer : .chunk(size)
    case .chunkEnd:
      guard let line = try takeLine() else { return false }
      guard line.isEmpty else { throw .malformed }
      state = .chunkSize
    case .trailer:
      guard let line = try takeLine() else { return false }
      if line.isEmpty { state = .ended }
    case .raw:
      body += pending
      pending = []
      return false
    case .ended:
      pending = []
      return false
    }
    return true
  }

  private mutating func move(_ count: Int, to body: inout [UInt8], next: (Int) -> State) -> Bool {
    guard !pending.isEmpty else { return false }
    let taken = min(count, pending.count)
    body += pending.prefix(taken)
    pending.removeFirst(taken)
    state = next(count - taken)
    return true
  }

  private mutating func takeLine() throws(Fault) -> [UInt8]? {
    guard let end = pending.firstIndex(of: UInt8(ascii: "\n")) else {
      if pending.count > Self.mostLineBytes { throw .malformed }
      return nil
    }
    guard end <= Self.mostLineBytes else { throw .malformed }
    var line = Array(pending[..<end])
    pending.removeFirst(end + 1)
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line
  }

  private mutating func readHead() throws(Fault) -> Bool {
    guard let end = headEnd() else {
      if pending.count > Self.mostHeadBytes { throw .tooLarge }
      return false
    }
    guard end <= Self.mostHeadBytes else { throw .tooLarge }
    let lines = String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n")
    pending.removeFirst(end)
    guard let first = lines.first, first.hasPrefix("HTTP/1."), let status = Int(first.dropFirst(9).prefix(3)),
      (100...599).contains(status)
    else { throw .malformed }
    // Nothing but a switch of protocols is said before the answer that matters.
    if status < 200, status != 101 { return true }
    self.status = status
    state = try framing(status, lines.dropFirst())
    return true
  }

  /// The number of bytes up to the end of the head.
  private func headEnd() -> Int? {
    guard pending.count >= 4 else { return nil }
    let mark: [UInt8] = [13, 10, 13, 10]
    for start in 0...(pending.count - 4) where pending[start] == 13 {
      if pending[start..<start + 4].elementsEqual(mark) { return start + 4 }
    }
    return nil
  }

  private func framing(_ status: Int, _ fields: ArraySlice<Substring>) throws(Fault) -> State {
    if status == 101 { return .raw }
    if status == 204 || status == 304 { return .ended }
    var length: Int?
    for field in fields {
      let parts = field.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = parts[1].drop { $0 == " " }
      switch parts[0].lowercased() {
      case "transfer-encoding":
        guard value.lowercased() == "chunked" else { throw .malformed }
        return .chunkSize
      case "content-length":
        guard let count = Int(value), count >= 0 else { throw .malformed }
        length = count
      default: break
      }
    }
    guard let length else { return .raw }
    return length == 0 ? .ended : .fixed(length)
  }
}
