package import SaraiCore

/// What a supervisor says on stdout to the `sarai` that started it: one JSON object.
package enum StartAnnouncement: Sendable, Hashable {
  case ready
  case failed(SaraiError)

  package static func json(for error: any Error) -> JSONValue {
    let fault =
      error as? SaraiError ?? (error as? ConfigurationError)?.faults.first
      ?? SaraiError(.internalFault, es: "fallo interno: \(error)", en: "internal fault: \(error)")
    var object = JSONObject()
    object["code"] = .string(fault.code.rawValue)
    object["message_es"] = .string(fault.message.es)
    object["message_en"] = .string(fault.message.en)
    object["subject"] = fault.subject.map(JSONValue.string) ?? .null
    object["cause"] = fault.cause.map(JSONValue.string) ?? .null
    return ["error": .object(object)]
  }

  /// Nil for lines that tell something else.
  init?(line: [UInt8]) {
    guard let json = try? JSONValue(parsing: line) else { return nil }
    if json["ready"]?.boolValue == true {
      self = .ready
    } else if let error = json["error"], let code = error["code"]?.stringValue,
      let es = error["message_es"]?.stringValue, let en = error["message_en"]?.stringValue
    {
      self = .failed(
        SaraiError(
          SaraiError.Code(rawValue: code) ?? .internalFault, Localized(es: es, en: en),
          subject: error["subject"]?.stringValue, cause: error["cause"]?.stringValue))
    } else {
      return nil
    }
  }
}
