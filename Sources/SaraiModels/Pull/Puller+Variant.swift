import Glibc
package import SaraiCore

/// `sarai quantize`: smaller variants of installed models, each under an id of its own.
extension Puller {
  /// Makes a variant of an installed model and installs it.
  ///
  /// A variant that the catalogue knows gets its id there; any other one `ID-TYPE`, or the id that is asked for.
  /// - Parameter name: The new id; nil for the usual one.
  /// - Returns: The variant; one that is there and whole is not made again.
  /// - Throws: `modelNotFound`, `invalidRequest` (what would not get smaller, an id that is taken),
  ///   `insufficientResources`, what the quantiser says, `CancellationError`. Nothing is left behind then.
  package func quantise(
    _ id: String, as type: QuantisationType, name: String? = nil, events: @escaping Events = { _ in }
  ) async throws -> InstalledModel {
    let base = try store.find(id)
    guard base.entry.backend == .llama else { throw Self.notQuantisable(id) }
    if name == nil, let entry = store.catalogue.entries.first(where: { $0.source == .derived(from: id, type: type) }) {
      return try await pull(entry, events: events)
    }
    let variant = try newIdentifier(name ?? "\(id)-\(type.rawValue.lowercased())")
    let lock = try await lock(variant, events: events)
    defer { withExtendedLifetime(lock) {} }
    if let there = try store.installed().first(where: { $0.id == variant }) {
      guard there.entry.source == .derived(from: id, type: type) else { throw Self.taken(variant) }
      do {
        _ = try await store.verify(there) { events(.checking(file: there.path, bytes: $0, totalBytes: $1)) }
        return there
      } catch let error as SaraiError where error.code == .corruptFile {
        // Made again below.
      }
    }
    try check(type, against: try await engine.check(base.path), of: id)
    let destination = store.folder + "/\(variant).gguf"
    // What nobody noted is somebody's own.
    let isNoted = try store.pinnedSHA256(variant) != nil
    guard isNoted || !FileSystem.exists(destination) else {
      throw Self.taken(destination)
    }
    let sha256 = try await make(variant, of: base, type, at: destination, events: events)
    let model = try store.registerVariant(variant, of: base, type: type, sha256: sha256)
    store.hashes.remember(sha256, for: destination)
    return model
  }

  private func newIdentifier(_ id: String) throws(SaraiError) -> String {
    guard CatalogueReader.isIdentifier(id), ModelRole(rawValue: id) == nil, id != "sarai" else {
      let shown = String(id.prefix(80))
      throw SaraiError(
        .invalidRequest,
        es: "«\(shown)» no vale como id: hasta 64 minúsculas sin tilde, cifras, «.», «_» y «-», y que no sea un papel. "
          + "Elige otro con --name.",
        en:
          "\"\(shown)\" is not a valid id: up to 64 lower-case letters, digits, \".\", \"_\" and \"-\", and no role's "
          + "name. Choose another with --name.",
        subject: "name")
    }
    guard store.catalogue[id] == nil else { throw Self.taken(id) }
    return id
  }

  /// Weights that were rounded already do not come back: a larger type costs room and speed and gains nothing.
  private func check(_ type: QuantisationType, against facts: ModelFacts, of id: String) throws(SaraiError) {
    let own = QuantisationType(libraryName: facts.quantisation)
    guard let bits = own?.bitsPerWeight ?? facts.bitsPerWeight, type.bitsPerWeight >= bits else { return }
    let has = facts.quantisation.isEmpty ? "\(Int(bits.rounded())) bit" : facts.quantisation
    let smaller = QuantisationType.allCases.filter { $0.bitsPerWeight < bits }.map(\.rawValue).joined(separator: ", ")
    throw SaraiError(
      .invalidRequest,
      es: "«\(id)» ya es \(has): como \(type.rawValue) no sería más pequeño ni mejor. "
        + (smaller.isEmpty ? "No hay nada menor." : "Se puede hacer: \(smaller)."),
      en: "\"\(id)\" is \(has) already: as \(type.rawValue) it would be neither smaller nor better. "
        + (smaller.isEmpty ? "There is nothing smaller." : "What can be made: \(smaller)."),
      subject: "type")
  }

  private static func notQuantisable(_ id: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "«\(id)» no es un archivo GGUF en esta máquina, así que no se puede cuantizar.",
      en: "\"\(id)\" is no GGUF file on this machine, so it can't be quantised.", subject: id)
  }

  private static func taken(_ id: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "Ya hay otro modelo en «\(id)». Elige otro id con --name, o quítalo con «sarai rm».",
      en: "There already is another model at \"\(id)\". Choose another id with --name, or take it away with "
        + "\"sarai rm\".",
      subject: id)
  }
}

extension QuantisationType {
  /// - Parameter text: As people type it, in any case.
  /// - Throws: `invalidRequest`, naming those there are.
  package init(asking text: String) throws(SaraiError) {
    guard let type = Self(rawValue: text.uppercased()) else {
      let all = Self.allCases.map(\.rawValue).joined(separator: ", ")
      let shown = String(text.prefix(40))
      throw SaraiError(
        .invalidRequest, es: "No conozco la cuantización «\(shown)». Las hay: \(all).",
        en: "The quantisation \"\(shown)\" is unknown. There are: \(all).", subject: "type")
    }
    self = type
  }

  /// - Parameter libraryName: As libllama calls the type of a file: `Q4_1`, `Q4_K - Medium`.
  init?(libraryName: String) {
    let name = libraryName.replacingSuffixes([" - Small": "_S", " - Medium": "_M", " - Large": "_L"])
    self.init(rawValue: name)
  }

  /// What libllama's type of that name takes for most tensors, blocks' scales included.
  package var bitsPerWeight: Double {
    switch self {
    case .q2K: 2.96
    case .q3KM: 3.74
    case .q4_0: 4.5
    case .q4KS: 4.58
    case .q4KM: 4.85
    case .q4_1: 5
    case .q5_0: 5.5
    case .q5KM: 5.67
    case .q5_1: 6
    case .q6K: 6.56
    case .q8_0: 8.5
    }
  }
}

extension String {
  fileprivate func replacingSuffixes(_ replacements: [String: String]) -> String {
    for (suffix, replacement) in replacements where hasSuffix(suffix) {
      return dropLast(suffix.count) + replacement
    }
    return self
  }
}
