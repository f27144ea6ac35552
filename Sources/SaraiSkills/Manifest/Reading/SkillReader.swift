package import SaraiCore

/// Reads a skill's folder.
package struct SkillReader: Sendable {
  package static let card = "SKILL.md"
  package static let manifest = "skill.yaml"

  private let places: SkillPlaces

  package init(places: SkillPlaces) { self.places = places }

  /// Reads and checks the folder's SKILL.md and skill.yaml, and that what they name is there.
  ///
  /// - Parameter folder: An absolute path. Its last part is the skill's name.
  /// - Throws: `notFound` where there is no folder or no SKILL.md; `corruptFile`, `tooLarge` or `forbidden` naming the
  ///   file, the line and the key.
  package func read(_ folder: String, origin: InstalledSkill.Origin) throws(SaraiError) -> InstalledSkill {
    let shown = SkillFault.shown(folder, maxLength: 300)
    guard SkillFiles.Facts(folder)?.kind == .folder else {
      throw SaraiError(
        .notFound, es: "«\(shown)» no es una carpeta: indica la de una habilidad.",
        en: "\"\(shown)\" is no folder: name that of a skill.", subject: folder)
    }
    guard let text = try SkillFiles.text(Self.card, in: folder, maxBytes: SkillCardReader.maxFileBytes) else {
      throw SaraiError(
        .notFound,
        es: "En «\(shown)» no hay ningún SKILL.md, así que no es una habilidad. Para empezar una: "
          + "sarai skill new NOMBRE.",
        en: "There is no SKILL.md in \"\(shown)\", so it is no skill. To begin one: sarai skill new NAME.",
        subject: folder)
    }
    let name = folder.split(separator: "/").last.map(String.init) ?? ""
    let card = try SkillCardReader.read(text, file: "\(shown)/\(Self.card)", folderName: name)
    var skill = InstalledSkill(
      card: card.card, folder: folder, origin: origin, instructions: card.instructions, manifest: nil,
      remarks: card.remarks)
    if let text = try SkillFiles.text(Self.manifest, in: folder, maxBytes: SkillManifestReader.maxFileBytes) {
      let manifest = try SkillManifestReader.read(
        text, file: "\(shown)/\(Self.manifest)", skill: skill.name, home: places.home)
      _ = try SkillEntry(manifest, folder: folder, places: places)
      if let grammar = manifest.grammar { _ = try SkillGrammar.path(grammar, folder: folder, places: places) }
      try checkWritable(manifest.grants, file: "\(shown)/\(Self.manifest)")
      skill.manifest = manifest
    }
    return skill
  }

  /// A skill that could write where skills and their records lie would grant itself the rest.
  private func checkWritable(_ grants: SkillGrants, file: String) throws(SaraiError) {
    for grant in grants.files where grant.mayWrite {
      guard let own = places.reaches(grant.path) else { continue }
      throw SkillFault.error(
        file, nil, "grants.files",
        es: "en «\(SkillFault.shown(grant.path))» están cosas de SARAi («\(own)»), donde una habilidad no escribe",
        en: "\"\(SkillFault.shown(grant.path))\" holds things of SARAi's (\"\(own)\"), where no skill writes")
    }
  }
}

/// Grammars that skills obey.
package enum SkillGrammar {
  package static let maxBytes = 256 << 10

  /// The text of the skill's grammar; nil where it has none.
  ///
  /// - Throws: `corruptFile`, `tooLarge`, `forbidden`.
  package static func text(of skill: InstalledSkill, places: SkillPlaces) throws(SaraiError) -> String? {
    guard let name = skill.manifest?.grammar else { return nil }
    return try SkillFiles.text(path(name, folder: skill.folder, places: places), maxBytes: maxBytes)
  }

  /// In the skill's folder, or else among SARAi's own.
  static func path(_ name: String, folder: String, places: SkillPlaces) throws(SaraiError) -> String {
    for place in [folder, places.grammars] {
      if let path = try SkillFiles.find(name, in: place) { return path }
    }
    throw SkillFault.error(
      "\(folder)/\(SkillReader.manifest)", nil, "grammar",
      es: "no hay ninguna gramática «\(name)» en la carpeta de la habilidad ni entre las de SARAi",
      en: "there is no grammar \"\(name)\" in the skill's folder nor among SARAi's")
  }
}
