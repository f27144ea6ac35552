import Glibc
package import SaraiCore

/// Standard output, kept for lines of JSON that a program reads; whatever else prints goes to standard error.
package struct MachineChannel: Sendable {
  private let file: Int32

  /// Exit code for a wrong command line (sysexits.h: EX_USAGE).
  package static let usageError: Int32 = 64
  /// Exit code for a model, a configuration or a socket that can't be used (EX_DATAERR).
  package static let dataError: Int32 = 65
  /// Exit code after a fault of the process's own (EX_SOFTWARE).
  package static let softwareError: Int32 = 70

  /// Takes standard output over. Call once, before anything prints.
  package init() {
    file = dup(STDOUT_FILENO)
    dup2(STDERR_FILENO, STDOUT_FILENO)
  }

  /// Writes one line of JSON; a reader that is gone is no fault.
  package func write(line: [UInt8]) {
    Self.write(line + [UInt8(ascii: "\n")], to: file)
  }

  package func write(_ value: JSONValue) { write(line: value.serialized()) }

  /// Says why the process can't do its work.
  package func write(error: SaraiError) {
    var detail: JSONObject = [
      "code": .string(error.code.rawValue), "message_es": .string(error.message.es),
      "message_en": .string(error.message.en),
    ]
    if let subject = error.subject { detail["subject"] = .string(subject) }
    if let cause = error.cause { detail["cause"] = .string(cause) }
    write(["error": .object(detail)])
  }

  /// Writes all of `bytes`, unless the reader is gone.
  static func write(_ bytes: [UInt8], to file: Int32) {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let written = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 {
          guard errno == EINTR else { return }
          continue
        }
        rest = rest.dropFirst(written)
      }
    }
  }
}
