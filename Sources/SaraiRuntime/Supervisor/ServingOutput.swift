import FoundationEssentials
import Logging
import SaraiCore
import SaraiModels
import Synchronization

/// What a process writes that serves the supervisor's clients: one line on its standard output says how the start went,
/// its standard error is a log. It reads what people typed and files that may be damaged, so what it says is bounded
/// here.
final class ServingOutput: Sendable {
  private struct Line: Decodable {
    struct Fault: Decodable {
      var code: String
      var message_es: String
      var message_en: String
      var subject: String?
      var cause: String?
    }

    var ready: Bool?
    var notice_es: String?
    var notice_en: String?
    var error: Fault?
  }

  private static let maximumBytes = 64 << 10

  /// What the person has to know of the file, once it is open; nil where all is well.
  let startup = OneShot<Result<Localized?, SaraiError>>()
  private let line = Mutex<[UInt8]>([])
  private let relay: LogRelay
  private let failure: @Sendable (_ cause: String) -> SaraiError
  private let repaired: @Sendable (Localized) -> Void

  /// - Parameters:
  ///   - failure: What a start is called that ended without a word.
  ///   - repaired: Called where the process says later on that it had to repair its file.
  init(
    relay: LogRelay, failure: @escaping @Sendable (_ cause: String) -> SaraiError,
    repaired: @escaping @Sendable (Localized) -> Void
  ) {
    self.relay = relay
    self.failure = failure
    self.repaired = repaired
  }

  func receive(_ output: ChildOutput) {
    switch output {
    case .standardError(let bytes): relay.receive(bytes)
    case .standardOutput(let bytes):
      for line in lines(bytes) {
        if startup.value == nil {
          startup.set(outcome(line))
        } else if let notice = Self.notice(try? JSONDecoder().decode(Line.self, from: Data(line))) {
          repaired(notice)
        }
      }
    }
  }

  /// The lines that are whole now.
  private func lines(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
    line.withLock { line in
      line += bytes.prefix(Self.maximumBytes)
      var whole: [[UInt8]] = []
      while let end = line.firstIndex(of: UInt8(ascii: "\n")) {
        whole.append(Array(line[..<end]))
        line.removeFirst(end + 1)
      }
      if line.count >= Self.maximumBytes {
        whole.append(line)
        line = []
      }
      return whole
    }
  }

  private func outcome(_ bytes: [UInt8]) -> Result<Localized?, SaraiError> {
    let line = try? JSONDecoder().decode(Line.self, from: Data(bytes))
    if let fault = line?.error {
      return .failure(
        SaraiError(
          SaraiError.Code(rawValue: fault.code) ?? .internalFault,
          Localized(es: fault.message_es, en: fault.message_en), subject: fault.subject, cause: fault.cause))
    }
    guard line?.ready == true else { return .failure(failure("no ready line")) }
    return .success(Self.notice(line))
  }

  private static func notice(_ line: Line?) -> Localized? {
    guard let es = line?.notice_es, let en = line?.notice_en, !es.isEmpty else { return nil }
    return Localized(es: es, en: en)
  }
}
