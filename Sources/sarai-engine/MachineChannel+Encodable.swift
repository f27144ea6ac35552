import FoundationEssentials
import SaraiCore
import SkillProtocol

extension MachineChannel {
  /// Writes a value as one line of JSON.
  func write(_ value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let line = try? encoder.encode(value) else { return }
    write(line: [UInt8](line))
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
