import FoundationEssentials
import Glibc
import SaraiCore
import SaraiRuntime

/// What a command writes: results to stdout, everything about them to stderr.
enum Output {
  static let isTerminal = isatty(STDOUT_FILENO) == 1
  static let isErrorTerminal = isatty(STDERR_FILENO) == 1

  /// Dim and colour only where a person looks on and did not ask for plain text (no-color.org).
  static let hasStyle: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }()

  static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }
  static func line(_ text: String = "") { write(text + "\n") }
  static func json(_ value: JSONValue) {
    write(value.serialized(pretty: isTerminal) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
  }
  /// One line on stdout for the program that started this one.
  static func machine(_ value: JSONValue) { write(value.serialized() + [UInt8(ascii: "\n")], to: STDOUT_FILENO) }
  static func note(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }
  /// What SARAi has to say beside the answer.
  @Sendable static func tell(_ words: Localized) { note(safe(words)) }
  static func errorText(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

  static func dim(_ text: String) -> String { hasStyle ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
  static func bold(_ text: String) -> String { hasStyle ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  /// `error: …`, one line each; what lay beneath goes after it in parentheses.
  static func report(_ error: any Error) -> ExitStatus {
    switch error {
    case let error as ConfigurationError:
      for fault in error.faults { note("error: \(safe(fault.message))") }
      return error.isUsage ? .usage : .configuration
    case let error as SaraiError:
      let cause = error.cause.map { " (\(SearchText.singleLine($0, maxLength: 300)))" } ?? ""
      note("error: \(safe(error.message))\(cause)")
      return ExitStatus(error.code)
    case is CancellationError:
      return .interrupted
    default:
      note("error: " + words(es: "fallo interno: \(error)", en: "internal fault: \(error)"))
      return .internalFault
    }
  }

  /// Parts of it may come from a skill or a file.
  private static func safe(_ words: Localized) -> String { words[Words.language].withoutControlCharacters }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = Glibc.poll(&poll, 1, 1000)
          continue
        }
        // Whoever read is gone (`sarai list | head -1`), and nobody is left to tell.
        exit(descriptor == STDOUT_FILENO && errno == EPIPE ? ExitStatus.ok.rawValue : ExitStatus.internalFault.rawValue)
      }
      written += count
    }
  }
}

/// Rows in aligned columns; the last column may be as long as it wants.
struct Table {
  enum Alignment { case left, right }

  let headers: [String]
  var alignments: [Alignment] = []
  var rows: [[String]] = []

  func lines() -> [String] {
    let all = [headers] + rows
    let widths = headers.indices.map { column in all.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
    return all.enumerated().map { index, row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: max(0, widths[column] - DisplayWidth.of(cell)))
        if column < alignments.count, alignments[column] == .right { return padding + cell }
        return column == row.count - 1 ? cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return index == 0 ? Output.dim(line) : line
    }
  }

  func print() { for line in lines() { Output.line(line) } }
}

/// Sizes as people read them.
func readableBytes(_ bytes: Int64) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  var value = Double(bytes)
  var unit = 0
  while value >= 1024, unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return unit == 0 ? "\(bytes) B" : "\(decimal(value, digits: value < 10 ? 1 : 0)) \(units[unit])"
}

/// With the decimal sign of the command's language.
func decimal(_ value: Double, digits: Int) -> String {
  let scale = pow(10, Double(digits))
  let rounded = (value * scale).rounded()
  let whole = Int(rounded / scale)
  guard digits > 0 else { return String(whole) }
  let fraction = String(abs(Int(rounded) - whole * Int(scale)))
  let sign = Words.language == .spanish ? "," : "."
  return "\(whole)\(sign)\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}
