import Glibc
import SaraiCore

/// The exit codes of `sarai`, after sysexits.h.
enum ExitStatus: Int32 {
  case ok = 0
  case failedCheck = 1
  case usage = 64
  case badData = 65
  case unavailable = 69
  case internalFault = 70
  case tryAgain = 75
  case noPermission = 77
  case configuration = 78
  case interrupted = 130

  init(_ code: SaraiError.Code) {
    self =
      switch code {
      case .invalidRequest: .usage
      case .contextOverflow, .tooLarge, .corruptFile: .badData
      case .modelNotFound, .notFound, .notAvailable, .network, .insufficientResources: .unavailable
      case .unauthorized, .forbidden: .noPermission
      case .busy, .timeout, .engineFailed, .sandboxFailed, .skillFailed: .tryAgain
      case .cancelled: .interrupted
      case .internalFault: .internalFault
      }
  }
}
