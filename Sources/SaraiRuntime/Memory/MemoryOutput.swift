import FoundationEssentials
import Logging
import SaraiCore
import SaraiModels
import Synchronization

/// What the memory's process writes: one line on its standard output says how the start went, its standard error is a
/// log. It reads what people typed and files that may be damaged, so what it says is bounded here.
final class MemoryOutput: Sendable {
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
  private let log: Logger

  init(log: Logger) { self.log = log }

  func receive(_ output: ChildOutput) {
    switch output {
    case .standardError(let bytes):
      for line in String(decoding: bytes.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline) {
        log.info("\(String(line).withoutControlCharacters)")
      }
    case .standardOutput(let bytes):
      let whole: [UInt8]? = line.withLock { line in
        line += bytes.prefix(Self.maximumBytes)
        if let end = line.firstIndex(of: UInt8(ascii: "\n")) { return Array(line[..<end]) }
        return line.count >= Self.maximumBytes ? line : nil
      }
      if let whole { startup.set(Self.outcome(whole)) }
    }
  }

  private static func outcome(_ bytes: [UInt8]) -> Result<Localized?, SaraiError> {
    let line = try? JSONDecoder().decode(Line.self, from: Data(bytes))
    if let fault = line?.error {
      return .failure(
        SaraiError(
          SaraiError.Code(rawValue: fault.code) ?? .internalFault,
          Localized(es: fault.message_es, en: fault.message_en), subject: fault.subject, cause: fault.cause))
    }
    guard line?.ready == true else { return .failure(MemoryProcess.ended("no ready line")) }
    guard let es = line?.notice_es, let en = line?.notice_en, !es.isEmpty else { return .success(nil) }
    return .success(Localized(es: es, en: en))
  }
}
