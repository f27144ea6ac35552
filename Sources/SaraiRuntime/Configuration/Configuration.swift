package import SaraiCore

/// The configuration in force: for each key its value and where it came from.
///
/// The strongest source wins: flag, then `SARAI_*` variable, then file, then default.
package struct Configuration: Sendable, Hashable {
  package struct Entry: Sendable, Hashable {
    package let value: SettingValue
    package let origin: SettingOrigin
  }

  /// What a command line says about the configuration, e.g. `("server.port", "8081", "--port")`.
  package struct Flag: Sendable, Hashable {
    package let key: String
    package let value: String
    package let name: String

    package init(key: String, value: String, name: String) {
      self.key = key
      self.value = value
      self.name = name
    }
  }

  /// Everything that a configuration is read from; reading it again is a reload.
  package struct Sources: Sendable {
    /// The file that was asked for by name; read even where it is gone by now, which is a fault then.
    package var asked: String?
    /// Without one, the first of these that exists.
    package var candidates: [String]
    package var environment: [String: String]
    package var flags: [Flag]

    package init(
      asked: String?, candidates: [String] = [], environment: [String: String] = [:], flags: [Flag] = []
    ) {
      self.asked = asked
      self.candidates = candidates
      self.environment = environment
      self.flags = flags
    }

    /// The file in force now; nil where there is none.
    package var path: String? { asked ?? candidates.first { FileStatus($0) != nil } }
  }

  package private(set) var entries: [String: Entry]
  /// `SARAI_*` variables that mean nothing: most likely misspelt.
  package private(set) var unknownVariables: [String] = []

  /// The defaults alone.
  package init() {
    entries = Dictionary(
      uniqueKeysWithValues: SettingsTable.all.map { ($0.key, Entry(value: $0.fallback, origin: .fallback)) })
  }

  /// - Throws: `ConfigurationError` with everything that is wrong, not the first fault only.
  package init(_ sources: Sources) throws(ConfigurationError) {
    self.init()
    var faults: [SaraiError] = []
    if let path = sources.path {
      do {
        let file = try ConfigurationFile(path: path)
        for entry in file.entries {
          let place = "\(path):\(entry.line)"
          set(entry.key, to: { _ in entry.raw }, from: .file(path, line: entry.line), place: place, faults: &faults)
        }
      } catch {
        faults.append(error as? SaraiError ?? SaraiError(.internalFault, es: "\(error)", en: "\(error)"))
      }
    }
    for setting in SettingsTable.all {
      // An empty variable is an unset one, as for LANG.
      guard let text = sources.environment[setting.environmentVariable], !text.isEmpty else { continue }
      let name = setting.environmentVariable
      set(
        setting.key, to: { RawValue(argument: text, for: $0) }, from: .environment(name), place: name, faults: &faults)
    }
    let faultsBeforeFlags = faults.count
    for flag in sources.flags {
      set(
        flag.key, to: { RawValue(argument: flag.value, for: $0) }, from: .flag(flag.name), place: flag.name,
        faults: &faults)
    }
    let faultsOfFlags = faults.count - faultsBeforeFlags
    let known = Set(SettingsTable.all.map(\.environmentVariable)).union(Self.otherVariables)
    unknownVariables = sources.environment.keys.filter { $0.hasPrefix("SARAI_") && !known.contains($0) }.sorted()
    guard faults.isEmpty else { throw ConfigurationError(faults: faults, isUsage: faults.count == faultsOfFlags) }
  }

  private static let otherVariables: Set<String> = [
    "SARAI_HOME", "SARAI_STATE_DIR", "SARAI_MODELS_DIR", "SARAI_SHARE_DIR", "SARAI_CONFIG",
  ]

  private mutating func set(
    _ key: String, to raw: (Setting) -> RawValue, from origin: SettingOrigin, place: String,
    faults: inout [SaraiError]
  ) {
    guard let setting = SettingsTable.setting(key) else {
      faults.append(Self.unknownKey(key, place: place))
      return
    }
    switch setting.value(of: raw(setting)) {
    case .success(let value): entries[key] = Entry(value: value, origin: origin)
    case .failure(let invalid):
      faults.append(
        SaraiError(
          invalid.code, es: "\(place): «\(key)» \(invalid.message.es).", en: "\(place): \(key) \(invalid.message.en).",
          subject: key))
    }
  }

  private static func unknownKey(_ key: String, place: String) -> SaraiError {
    let hint = SettingsTable.nearest(to: key).map {
      Localized(es: " ¿Querías decir «\($0)»?", en: " Did you mean \($0)?")
    }
    let help =
      hint ?? Localized(es: " «sarai config explain» enseña todas.", en: " \"sarai config explain\" shows them all.")
    return SaraiError(
      .invalidRequest, es: "\(place): la clave «\(key)» no existe.\(help.es)",
      en: "\(place): there is no key \(key).\(help.en)", subject: key)
  }

  package subscript(key: String) -> SettingValue {
    guard let entry = entries[key] else { preconditionFailure("no setting is called \(key)") }
    return entry.value
  }

  package func origin(of key: String) -> SettingOrigin { entries[key]?.origin ?? .fallback }

  package func text(_ key: String) -> String {
    if case .text(let value) = self[key] { value } else { "" }
  }

  package func list(_ key: String) -> [String] {
    if case .list(let value) = self[key] { value } else { [] }
  }

  package func flag(_ key: String) -> Bool { self[key] == .boolean(true) }

  /// Nil means auto.
  package func integer(_ key: String) -> Int? {
    if case .integer(let value) = self[key] { value } else { nil }
  }

  /// Nil means auto.
  package func number(_ key: String) -> Double? {
    if case .number(let value) = self[key] { value } else { nil }
  }

  /// A path, with `~/` and paths relative to the file that set it resolved; nil where it is empty.
  package func path(_ key: String, home: String, workingDirectory: String) -> String? {
    let written = text(key)
    guard !written.isEmpty else { return nil }
    if written.hasPrefix("/") { return written }
    if written == "~" || written.hasPrefix("~/") { return home + written.dropFirst() }
    guard case .file(let file, _) = origin(of: key), let slash = file.lastIndex(of: "/") else {
      return workingDirectory + "/" + written
    }
    return file[..<slash] + "/" + written
  }

  /// The same configuration with some keys taken from another one.
  func adopting(_ keys: [String], from other: Configuration) -> Configuration {
    var result = self
    for key in keys { result.entries[key] = other.entries[key] }
    return result
  }
}

/// Everything that is wrong with a configuration; each fault is a sentence that names its place.
package struct ConfigurationError: Error, Sendable, Hashable {
  package let faults: [SaraiError]
  /// True where the command line alone is at fault.
  package let isUsage: Bool

  package init(faults: [SaraiError], isUsage: Bool = false) {
    self.faults = faults
    self.isUsage = isUsage
  }
}
