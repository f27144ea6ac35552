import FoundationEssentials
import Glibc
import SaraiCore
import SaraiInference

/// Standard output, kept for lines of JSON that a program reads; whatever else prints goes to standard error.
struct MachineChannel: Sendable {
  private let file: Int32

  /// Exit code for a model that can't be used (sysexits.h: EX_DATAERR).
  static let dataError: Int32 = 65
  /// Exit code after a fault of the engine's own (EX_SOFTWARE).
  static let softwareError: Int32 = 70

  /// Takes standard output over. Call once, before anything prints.
  init() {
    file = dup(STDOUT_FILENO)
    dup2(STDERR_FILENO, STDOUT_FILENO)
  }

  /// Writes one line of JSON; a reader that is gone is no fault.
  func write(_ value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard var line = try? encoder.encode(value) else { return }
    line.append(UInt8(ascii: "\n"))
    line.withUnsafeBytes { buffer in
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

  /// Says why the engine can't do its work.
  func write(error: SaraiError) {
    write(ErrorLine(error: ErrorLine.Detail(error)))
  }

  private struct ErrorLine: Encodable {
    var error: Detail

    struct Detail: Encodable {
      var code: String
      var message_es: String
      var message_en: String
      var subject: String?
      var cause: String?

      init(_ error: SaraiError) {
        code = error.code.rawValue
        message_es = error.message.es
        message_en = error.message.en
        subject = error.subject
        cause = error.cause
      }
    }
  }
}

extension SaraiError {
  /// Any error as one of ours.
  init(_ error: any Error) {
    switch error {
    case let error as SaraiError: self = error
    case is CancellationError:
      self.init(.cancelled, es: "La petición se canceló.", en: "The request was cancelled.")
    default:
      self.init(
        .internalFault, es: "SARAi tuvo un fallo interno. Vuelve a intentarlo; si se repite, avísanos.",
        en: "SARAi had an internal fault. Try again; if it happens again, tell us.", cause: error)
    }
  }
}
