import FoundationEssentials
import Logging
import SaraiCore
import Synchronization

/// What an engine writes: one line on its standard output says how the start went, its standard error is a log.
///
/// Both come from a process that reads untrusted files, so both are bounded here.
final class EngineOutput: Sendable {
  private struct State {
    var lines = LineSplitter(maximumLineBytes: EngineOutput.maximumLineBytes)
    /// What a running engine said before it gave itself up, as it does when a computation hangs.
    var lastWords: SaraiError?
  }

  private struct ErrorLine: Decodable {
    var code: String
    var message_es: String
    var message_en: String
    var subject: String?
    var cause: String?
  }

  private struct StartupLine: Decodable {
    var ready: Bool?
    var error: ErrorLine?
  }

  private static let maximumLineBytes = 64 * 1_024
  private static let tailBytes = 4 * 1_024

  let startup = OneShot<Result<Void, SaraiError>>()
  private let name: String
  private let relay: LogRelay
  private let state = Mutex(State())
  /// The end of the log, for the cause of an error.
  private let tail = Mutex<[UInt8]>([])

  init(name: String, logger: Logger) {
    self.name = name
    relay = LogRelay(role: "engine", fields: ["model": .string(name)], logger: logger)
  }

  func receive(_ output: ChildOutput) {
    switch output {
    case .standardOutput(let bytes):
      let (lines, isOverrun) = state.withLock { ($0.lines.lines(after: bytes), $0.lines.isOverrun) }
      for line in lines { receive(line) }
      if isOverrun { startup.set(.failure(notUnderstood())) }
    case .standardError(let bytes):
      tail.withLock { tail in
        tail.append(contentsOf: bytes.suffix(Self.tailBytes))
        if tail.count > 2 * Self.tailBytes { tail.removeFirst(tail.count - Self.tailBytes) }
      }
      relay.receive(bytes)
    }
  }

  /// The last lines of the log, at most 4 KiB.
  var logTail: String? {
    let bytes = tail.withLock { $0.suffix(Self.tailBytes) }
    let text = bytes.split(separator: UInt8(ascii: "\n")).map { line in
      LogRelay.message(of: line) ?? String(decoding: line, as: UTF8.self)
    }
    .joined(separator: "\n").trimmingCharacters(where: \.isWhitespace)
    return text.isEmpty ? nil : text
  }

  /// The first line decides the start; one that comes later can only be a reason to end.
  private func receive(_ line: [UInt8]) {
    let outcome = reading(line)
    guard !startup.set(outcome), case .failure(let error) = outcome else { return }
    state.withLock { $0.lastWords = error }
  }

  private func reading(_ line: [UInt8]) -> Result<Void, SaraiError> {
    guard let startup = try? JSONDecoder().decode(StartupLine.self, from: Data(line)) else {
      return .failure(notUnderstood())
    }
    if let error = startup.error {
      return .failure(
        SaraiError(
          SaraiError.Code(rawValue: error.code) ?? .engineFailed,
          Localized(es: error.message_es, en: error.message_en), subject: error.subject, cause: error.cause))
    }
    return startup.ready == true ? .success(()) : .failure(notUnderstood())
  }

  // MARK: - Errors

  func died(_ exit: ChildExit, whileAnswering: Bool) -> SaraiError {
    if let lastWords = state.withLock({ $0.lastWords }) { return lastWords }
    let why = exit.words
    let message =
      whileAnswering
      ? Localized(
        es: "El motor de «\(name)» se detuvo mientras respondía: \(why.es). Ya se está reiniciando; "
          + "vuelve a enviar la petición.",
        en: "The engine of \"\(name)\" stopped while it answered: \(why.en). It is being restarted; "
          + "send the request again.")
      : Localized(
        es: "El motor de «\(name)» no llegó a arrancar: \(why.es). Ejecuta «sarai doctor» para ver qué falta.",
        en: "The engine of \"\(name)\" did not start: \(why.en). Run \"sarai doctor\" to see what is missing.")
    return SaraiError(.engineFailed, message, subject: name, cause: logTail)
  }

  func notReady(after seconds: Double) -> SaraiError {
    SaraiError(
      .timeout,
      Localized(
        es: "El motor de «\(name)» no estuvo listo en \(Int(seconds.rounded(.up))) s y se detuvo. "
          + "Prueba un modelo más pequeño o un disco más rápido.",
        en: "The engine of \"\(name)\" was not ready within \(Int(seconds.rounded(.up))) s and was stopped. "
          + "Try a smaller model or a faster disk."),
      subject: name, cause: logTail)
  }

  func stopped() -> SaraiError {
    SaraiError(
      .busy,
      es: "SARAi detuvo el motor de «\(name)» porque se está cerrando. Vuelve a enviar la petición cuando arranque.",
      en:
        "SARAi stopped the engine of \"\(name)\" because it is shutting down. Send the request again when it is back.",
      subject: name)
  }

  func unreachable() -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "El motor de «\(name)» está en marcha pero no contesta. Vuelve a enviar la petición.",
        en: "The engine of \"\(name)\" runs but does not answer. Send the request again."),
      subject: name, cause: logTail)
  }

  private func notUnderstood() -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "El motor de «\(name)» contestó algo que no se entiende: ¿es otro programa u otra versión? "
          + "Vuelve a instalar SARAi con «make install».",
        en: "The engine of \"\(name)\" answered something that makes no sense: is it another program, or another "
          + "version? Install SARAi again with \"make install\"."),
      subject: name, cause: logTail)
  }
}

extension StringProtocol {
  fileprivate func trimmingCharacters(where isTrimmed: (Character) -> Bool) -> String {
    guard let first = firstIndex(where: { !isTrimmed($0) }), let last = lastIndex(where: { !isTrimmed($0) })
    else { return "" }
    return String(self[first...last])
  }
}
