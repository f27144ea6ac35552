import CLlama
import Synchronization

/// libllama as a whole: its log and its build.
package enum LlamaLibrary {
  package enum LogLevel: Sendable {
    case debug, information, warning, error
  }

  /// Receives one line of libllama's log, on whatever thread it was written; must not block.
  package typealias LogSink = @Sendable (LogLevel, String) -> Void

  /// Release and commit of the library, part of the key of every saved state.
  package static let build = String(cString: sarai_library_build())

  /// Sets libllama up and sends its log to `sink`. Once per process; later calls only change the sink.
  package static func start(log sink: @escaping LogSink) {
    journal.withLock { $0.sink = sink }
    _ = started
  }

  /// The last error lines, newest last: what libllama said before it refused something.
  static func recentErrors() -> String {
    journal.withLock { $0.errors.joined(separator: "; ") }
  }

  static func forgetErrors() {
    journal.withLock { $0.errors.removeAll() }
  }

  private struct Journal {
    var sink: LogSink?
    /// The line being written: the library writes some lines in pieces.
    var line = ""
    var level = LogLevel.information
    var errors: [String] = []

    static let keptErrors = 4
    static let maximumLineBytes = 2_048
  }

  private static let journal = Mutex(Journal())

  private static let started: Void = sarai_library_start { level, text in
    guard let text else { return }
    LlamaLibrary.take(String(cString: text), level: level)
  }

  private static func take(_ text: String, level: Int32) {
    let finished: [(LogLevel, String)] = journal.withLock { journal in
      switch level {
      case 1: journal.level = .debug
      case 2: journal.level = .information
      case 3: journal.level = .warning
      case 4: journal.level = .error
      default: break  // continues the line before
      }
      journal.line += text
      guard journal.line.hasSuffix("\n") || journal.line.utf8.count > Journal.maximumLineBytes else { return [] }
      let lines = journal.line.split(separator: "\n").map(String.init)
      journal.line = ""
      if journal.level == .error {
        journal.errors = (journal.errors + lines).suffix(Journal.keptErrors)
      }
      return lines.map { (journal.level, $0) }
    }
    let sink = journal.withLock { $0.sink }
    for (level, line) in finished { sink?(level, line) }
  }
}

/// Calls a function of the shim that reports faults, and gives the sentence it left.
func withFault<Result>(_ body: (UnsafeMutablePointer<sarai_fault>) -> Result) -> (result: Result, fault: String) {
  var fault = sarai_fault()
  let result = body(&fault)
  let message = withUnsafeBytes(of: &fault) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
  return (result, message)
}

extension StringProtocol {
  /// The text as the shim takes it; valid during `body` only.
  func withSaraiBytes<Result>(_ body: (sarai_bytes) throws -> Result) rethrows -> Result {
    var copy = String(self)
    return try copy.withUTF8 { utf8 in
      try utf8.withMemoryRebound(to: CChar.self) { try body(sarai_bytes(data: $0.baseAddress, size: $0.count)) }
    }
  }
}
