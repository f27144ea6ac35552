/// Where the parts of skills are on this machine. All are absolute paths.
package struct SkillPlaces: Sendable, Hashable {
  /// Folders of the skills that came with SARAi.
  package var builtIn: String
  /// Folders of the skills that were installed.
  package var installed: String
  /// SARAi's own programs: `sarai-skill`, `sarai-confine`.
  package var programs: String
  /// SARAi's grammars.
  package var grammars: String
  /// Virtual environments of Python skills by the skill's name, and `kit`, the one of skills that have none of their
  /// own; the first folder that has one counts.
  package var pythonEnvironments: [String]

  package init(
    builtIn: String, installed: String, programs: String, grammars: String, pythonEnvironments: [String]
  ) {
    self.builtIn = builtIn
    self.installed = installed
    self.programs = programs
    self.grammars = grammars
    self.pythonEnvironments = pythonEnvironments
  }
}
