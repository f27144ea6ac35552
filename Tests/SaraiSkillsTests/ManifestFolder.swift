import Foundation
import SaraiCore
import TestSupport

@testable import SaraiSkills

/// A folder with places for skills, for one test.
struct SkillFolders {
  let root: URL

  static func with<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: (SkillFolders) async throws -> Result
  ) async throws -> Result {
    try await withTemporaryFolder { root in
      let folders = SkillFolders(root: root.resolvingSymlinksInPath())
      for place in ["builtIn", "installed", "programs", "grammars", "python"] {
        try FileManager.default.createDirectory(
          at: folders.root.appending(path: place), withIntermediateDirectories: true)
      }
      // What an entry names has to be there; whether it runs is not looked at here.
      try folders.write("programs/sarai-skill", "#!/bin/true\n", isExecutable: true)
      return try await body(folders)
    }
  }

  var places: SkillPlaces {
    SkillPlaces(
      builtIn: path("builtIn"), installed: path("installed"), programs: path("programs"), grammars: path("grammars"),
      pythonEnvironments: [path("python")], home: path("home"))
  }

  func path(_ name: String) -> String { root.appending(path: name).path }

  func write(_ name: String, _ text: String, isExecutable: Bool = false) throws {
    try write(name, Data(text.utf8), isExecutable: isExecutable)
  }

  func write(_ name: String, _ bytes: Data, isExecutable: Bool = false) throws {
    let file = root.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
    try FileManager.default.setAttributes(
      [.posixPermissions: isExecutable ? 0o755 : 0o644], ofItemAtPath: file.path)
  }

  /// A skill with a card, and with a manifest where there is one.
  @discardableResult
  func skill(_ name: String, in place: String = "builtIn", manifest: String? = nil) throws -> String {
    try write("\(place)/\(name)/SKILL.md", Self.card(name))
    if let manifest { try write("\(place)/\(name)/skill.yaml", manifest) }
    return path("\(place)/\(name)")
  }

  static func card(_ name: String) -> String {
    "---\nname: \(name)\ndescription: Does something. Use it when something is to be done.\n---\n\n# \(name)\n"
  }
}

/// The smallest manifest, with more lines after it.
func manifest(_ lines: String = "") -> String { "schema: 1\nentry: [sarai-skill, calc]\n" + lines }

/// What a body throws; nil where it throws nothing.
func thrown(_ body: () throws -> Void) -> SaraiError? {
  do {
    try body()
    return nil
  } catch { return error as? SaraiError }
}
