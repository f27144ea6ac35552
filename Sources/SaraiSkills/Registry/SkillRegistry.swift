import FoundationEssentials
package import SaraiCore
import Synchronization

/// The skills that are there: those that came with SARAi and those that were installed, each read or with its error.
///
/// Folders are read once and again when something about them has changed, so a registry may be kept for ever.
package final class SkillRegistry: Sendable {
  package struct Entry: Sendable {
    /// The folder's name, which is the skill's where it could be read.
    package let name: String
    package let folder: String
    package let origin: InstalledSkill.Origin
    package let result: Result<InstalledSkill, SaraiError>

    package var skill: InstalledSkill? { try? result.get() }
    package var error: SaraiError? {
      if case .failure(let error) = result { error } else { nil }
    }
  }

  /// What would show that a folder has to be read again.
  private struct Fingerprint: Hashable {
    let facts: [SkillFiles.Facts?]

    init(_ folder: String, consent: String) {
      facts = [folder, "\(folder)/\(SkillReader.card)", "\(folder)/\(SkillReader.manifest)", consent]
        .map { SkillFiles.Facts($0) }
    }
  }

  package let places: SkillPlaces
  private let reader: SkillReader
  private let known = Mutex<[String: (fingerprint: Fingerprint, skill: InstalledSkill)]>([:])

  package init(places: SkillPlaces) {
    self.places = places
    reader = SkillReader(places: places)
  }

  /// Every folder of a skill, by name; of two with one name the one that came with SARAi is first, and the other has
  /// an error.
  package func entries() -> [Entry] {
    var entries: [Entry] = []
    for (place, origin) in [(places.builtIn, InstalledSkill.Origin.builtIn), (places.installed, .installed)] {
      for name in folders(in: place) {
        let folder = "\(place)/\(name)"
        // Beside its skills a checkout has what they are made with.
        if origin == .builtIn, SkillFiles.Facts("\(folder)/\(SkillReader.card)") == nil { continue }
        entries.append(entry(name, folder: folder, origin: origin))
      }
    }
    return entries.sorted { ($0.name, $0.origin == .builtIn ? 0 : 1) < ($1.name, $1.origin == .builtIn ? 0 : 1) }
  }

  /// The skills that could be read, by name.
  package func skills() -> [InstalledSkill] { entries().compactMap(\.skill) }

  /// - Throws: `invalidRequest` for what is no name; `notFound`, with the nearest name there is; what is wrong with the
  ///   skill's folder.
  package func skill(_ name: String) throws(SaraiError) -> InstalledSkill { try entry(name).result.get() }

  /// - Throws: `invalidRequest`, `notFound`.
  package func entry(_ name: String) throws(SaraiError) -> Entry {
    try SkillName.check(name)
    for (place, origin) in [(places.builtIn, InstalledSkill.Origin.builtIn), (places.installed, .installed)] {
      let folder = "\(place)/\(name)"
      let sign = origin == .builtIn ? "\(folder)/\(SkillReader.card)" : folder
      if SkillFiles.Facts(sign) != nil { return entry(name, folder: folder, origin: origin) }
    }
    let meant = NearestName.find(name, among: entries().map(\.name))
    throw SaraiError(
      .notFound,
      es: "No hay ninguna habilidad «\(name)»" + (meant.map { ": ¿querías decir «\($0)»?" } ?? ".")
        + " Las que hay: sarai skill list",
      en: "There is no skill \"\(name)\"" + (meant.map { ": did you mean \"\($0)\"?" } ?? ".")
        + " Those there are: sarai skill list",
      subject: name)
  }

  private func folders(in place: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return names.filter { !$0.hasPrefix(".") && SkillFiles.Facts("\(place)/\($0)")?.kind != .file }
  }

  private func entry(_ name: String, folder: String, origin: InstalledSkill.Origin) -> Entry {
    let consent = SkillConsent.path(of: name, places: places)
    let fingerprint = Fingerprint(folder, consent: consent)
    if let known = known.withLock({ $0[folder] }), known.fingerprint == fingerprint {
      return Entry(name: name, folder: folder, origin: origin, result: .success(known.skill))
    }
    let result = Result { () throws(SaraiError) in try read(name, folder: folder, origin: origin) }
    // What changed during the reading may be some of the one and some of the other.
    let isStill = Fingerprint(folder, consent: consent) == fingerprint
    known.withLock { known in known[folder] = isStill ? (try? result.get()).map { (fingerprint, $0) } : nil }
    return Entry(name: name, folder: folder, origin: origin, result: result)
  }

  private func read(
    _ name: String, folder: String, origin: InstalledSkill.Origin
  ) throws(SaraiError) -> InstalledSkill {
    if origin == .installed, SkillFiles.Facts("\(places.builtIn)/\(name)/\(SkillReader.card)") != nil {
      throw SaraiError(
        .invalidRequest,
        es: "La habilidad instalada «\(name)» se llama como una de SARAi y no se usa: quítala con sarai skill remove "
          + "\(name), o cámbiale el nombre.",
        en: "The installed skill \"\(name)\" has the name of one of SARAi's and is not used: take it away with sarai "
          + "skill remove \(name), or give it another name.", subject: name)
    }
    let skill = try reader.read(folder, origin: origin)
    guard origin == .installed, let manifest = skill.manifest else { return skill }
    guard let consent = try SkillConsent.read(name, places: places) else {
      throw Self.notAgreed(
        skill, es: "nadie ha dicho que sí a lo que pide", en: "nobody has agreed to what it asks for")
    }
    guard consent.widening(to: manifest).isEmpty else {
      throw Self.notAgreed(
        skill, es: "su skill.yaml pide más de lo que aceptaste", en: "its skill.yaml asks for more than you agreed to")
    }
    return skill
  }

  private static func notAgreed(_ skill: InstalledSkill, es: String, en: String) -> SaraiError {
    SaraiError(
      .forbidden,
      es: "La habilidad «\(skill.name)» no se usa: \(es). Míralo y decide con: sarai skill install \(skill.folder)",
      en: "The skill \"\(skill.name)\" is not used: \(en). Look at it and decide with: sarai skill install "
        + "\(skill.folder)", subject: skill.name)
  }
}
