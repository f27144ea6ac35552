package import SaraiCore

/// A skill that is there: what its folder says, read and checked.
package struct InstalledSkill: Sendable, Hashable {
  package enum Origin: String, Sendable {
    /// Came with SARAi.
    case builtIn
    /// Put there with `sarai skill install`.
    case installed
  }

  /// The frontmatter of SKILL.md, as https://agentskills.io/specification has it.
  package struct Card: Sendable, Hashable {
    package var name: String
    package var description: String
    package var license: String?
    package var compatibility: String?
    package var metadata: [String: String]
    package var allowedTools: String?

    package init(
      name: String, description: String, license: String? = nil, compatibility: String? = nil,
      metadata: [String: String] = [:], allowedTools: String? = nil
    ) {
      self.name = name
      self.description = description
      self.license = license
      self.compatibility = compatibility
      self.metadata = metadata
      self.allowedTools = allowedTools
    }
  }

  package var card: Card
  /// An absolute path.
  package var folder: String
  package var origin: Origin
  /// The text of SKILL.md below its frontmatter.
  package var instructions: String
  /// Nil for a prompt-only skill.
  package var manifest: SkillManifest?
  /// What its author may want to know and nobody has to: keys of SKILL.md that are not of the format.
  package var remarks: [Localized]

  package var name: String { card.name }

  package init(
    card: Card, folder: String, origin: Origin, instructions: String, manifest: SkillManifest?,
    remarks: [Localized] = []
  ) {
    self.card = card
    self.folder = folder
    self.origin = origin
    self.instructions = instructions
    self.manifest = manifest
    self.remarks = remarks
  }
}
