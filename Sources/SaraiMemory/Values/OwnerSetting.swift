import SaraiCore

/// Something that each owner chooses for their own memory, kept in it.
package struct OwnerSetting<Value: Sendable & Equatable>: Sendable {
  /// Under this name it is stored.
  let name: String
  /// What holds where nothing was chosen.
  package let standard: Value
  /// Nil for a text that no version wrote.
  let read: @Sendable (String) -> Value?
  let text: @Sendable (Value) -> String
}

extension OwnerSetting<Bool> {
  /// True where nothing that the owner says becomes a fact until they say so.
  package static var learningPaused: OwnerSetting {
    OwnerSetting(name: "learning_paused", standard: false, read: { $0 == "1" }, text: { $0 ? "1" : "0" })
  }
}

extension OwnerSetting<Set<String>> {
  /// Names of sources other than the owner's own words of which facts are taken without a yes: collections of
  /// documents, skills.
  package static var trustedSources: OwnerSetting {
    OwnerSetting(name: "trusted_sources", standard: [], read: names, text: text)
  }

  @Sendable private static func names(_ text: String) -> Set<String>? {
    guard let names = (try? JSONValue(parsing: text))?.arrayValue else { return nil }
    return Set(names.compactMap(\.stringValue))
  }

  @Sendable private static func text(_ names: Set<String>) -> String {
    var writer = JSONWriter()
    writer.beginArray()
    for name in names.sorted() { writer.value(name) }
    writer.endArray()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
