import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiSkills

/// SKILL.md against the published rules of its format.
@Suite struct ManifestCardTests {
  private func read(_ frontmatter: String, body: String = "# Text\n", folder: String? = nil) throws(SaraiError)
    -> SkillCardReader.Result
  {
    try SkillCardReader.read("---\n\(frontmatter)\n---\n\(body)", file: "SKILL.md", folderName: folder)
  }

  @Test("A card has its six fields, and what follows are the instructions")
  func fields() throws {
    let result = try read(
      """
      name: pdf-tools
      description: "Takes text out of PDFs: use it for forms."
      license: Apache-2.0
      compatibility: Needs poppler
      metadata:
        author: someone
        version: 1.0
        flag: true
      allowed-tools: Bash(git:*) Read
      """, body: "\n\nDo this.\n\n---\n\nThen that.\n", folder: "pdf-tools")
    #expect(
      result.card
        == .init(
          name: "pdf-tools", description: "Takes text out of PDFs: use it for forms.", license: "Apache-2.0",
          compatibility: "Needs poppler", metadata: ["author": "someone", "version": "1.0", "flag": "true"],
          allowedTools: "Bash(git:*) Read"))
    #expect(result.instructions == "Do this.\n\n---\n\nThen that.\n")
    #expect(result.remarks.isEmpty)
  }

  @Test("Lines may end as Windows ends them, tools may be a list, and a byte order mark does no harm")
  func variants() throws {
    let text =
      "\u{FEFF}---\r\nname: a\r\ndescription: >-\r\n  one\r\n  two\r\nallowed-tools:\r\n- Read\r\n- Bash(x:*)\r\n---\r\nText"
    let result = try SkillCardReader.read(text, file: "SKILL.md", folderName: "a")
    #expect(result.card.description == "one two")
    #expect(result.card.allowedTools == "Read Bash(x:*)")
    #expect(result.instructions == "Text")
  }

  @Test(
    "A name that breaks the rules is refused with its line",
    arguments: [
      "PDF-Tools", "-pdf", "pdf-", "pdf--tools", "pdf_tools", "pdf tools", "año", "../up", "a/b", "..",
      String(repeating: "a", count: 65),
    ])
  func badNames(name: String) throws {
    let error = try #require(thrown { _ = try read("description: d\nname: \"\(name)\"") })
    #expect(error.code == .corruptFile)
    #expect(error.subject == "name")
    #expect(error.message.es.contains("SKILL.md, línea 3"), "\(error.message.es)")
    #expect(error.message.en.contains("SKILL.md, line 3"))
  }

  @Test(
    "Names up to 64 characters are taken, digits first or not",
    arguments: ["a", "7z", String(repeating: "a", count: 64)])
  func goodNames(name: String) throws {
    #expect(try read("name: '\(name)'\ndescription: d", folder: name).card.name == name)
  }

  @Test("A folder that is called otherwise is refused")
  func folderName() throws {
    let error = try #require(thrown { _ = try read("name: one\ndescription: d", folder: "two") })
    #expect(error.message.en.contains("\"one\"") && error.message.en.contains("\"two\""))
  }

  @Test(
    "What the rules do not allow is refused, and the message names it",
    arguments: [
      ("name: a", "description"), ("description: d", "name"), ("name: a\ndescription: ''", "description"),
      ("name: a\ndescription: '   '", "description"), ("name: a\ndescription: [d]", "description"),
      ("name: a\ndescription: " + String(repeating: "á", count: 1025), "1025"),
      ("name: a\ndescription: d\ncompatibility: " + String(repeating: "c", count: 501), "501"),
      ("name: a\ndescription: d\ncompatibility: ''", "compatibility"),
      ("name: a\ndescription: d\nmetadata: text", "metadata"),
      ("name: a\ndescription: d\nmetadata:\n  deep:\n    er: 1", "metadata.deep"),
      ("name: a\ndescription: d\nallowed-tools:\n  a: b", "allowed-tools"),
      ("name: a\nname: b\ndescription: d", "name"),
      ("- name: a", "SKILL.md"), ("just text", "SKILL.md"), ("name: [a\ndescription: d", "YAML"),
    ])
  func refused(frontmatter: String, part: String) throws {
    let error = try #require(thrown { _ = try read(frontmatter) })
    #expect(error.code == .corruptFile)
    #expect(error.message.en.contains(part), "\(error.message.en)")
  }

  @Test("1024 letters with accents fit into a description")
  func longestDescription() throws {
    let description = String(repeating: "ñ", count: 1024)
    #expect(try read("name: a\ndescription: \(description)").card.description == description)
  }

  @Test(
    "A file without frontmatter, or without its end, is refused",
    arguments: ["", "# Title\n", "\n---\nname: a\n---\n", "---\nname: a\ndescription: d\n", "--- x\nname: a\n---\n"])
  func noFrontmatter(text: String) throws {
    let error = try #require(thrown { _ = try SkillCardReader.read(text, file: "SKILL.md", folderName: nil) })
    #expect(error.code == .corruptFile)
    #expect(error.message.en.contains("---"))
  }

  @Test("Keys that other clients use do no harm and are told")
  func unknownKeys() throws {
    let result = try read("name: a\ndescription: d\nuser-invocable: true\nlicence: MIT")
    #expect(result.remarks.count == 2)
    #expect(result.remarks[0].en.contains("line 4") && result.remarks[0].en.contains("user-invocable"))
    #expect(result.remarks[1].en.contains("did you mean \"license\""))
  }

  @Test("A skill of instructions alone loads as it is, whatever else lies in its folder")
  func promptOnly() async throws {
    try await SkillFolders.with { folders in
      let folder = try folders.skill("notes")
      try folders.write("builtIn/notes/scripts/run.sh", "echo\n")
      let skill = try SkillReader(places: folders.places).read(folder, origin: .builtIn)
      #expect(skill.manifest == nil)
      #expect(skill.instructions == "# notes\n")
    }
  }

  @Test("SKILL.md has to be a file of the folder, in UTF-8, and not too large")
  func badFiles() async throws {
    try await SkillFolders.with { folders in
      let reader = SkillReader(places: folders.places)
      func fault(_ name: String) -> SaraiError? {
        thrown { _ = try reader.read(folders.path("builtIn/\(name)"), origin: .builtIn) }
      }
      try folders.write("builtIn/latin/SKILL.md", Data("---\nname: latin\ndescription: a".utf8) + [0xF1, 0x0A])
      #expect(fault("latin")?.message.en.contains("UTF-8") == true)
      try folders.write("builtIn/nul/SKILL.md", "---\nname: nul\ndescription: a\u{0}b\n---\n")
      #expect(fault("nul")?.message.en.contains("NUL") == true)
      try folders.write("builtIn/big/SKILL.md", SkillFolders.card("big") + String(repeating: "x", count: 1 << 20))
      #expect(fault("big")?.code == .tooLarge)
      let elsewhere = folders.path("elsewhere.md")
      try folders.write("elsewhere.md", SkillFolders.card("link"))
      try FileManager.default.createDirectory(
        atPath: folders.path("builtIn/link"), withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: folders.path("builtIn/link/SKILL.md"), withDestinationPath: elsewhere)
      #expect(fault("link")?.message.en.contains("leads out") == true)
      try FileManager.default.createDirectory(
        atPath: folders.path("builtIn/folder/SKILL.md"), withIntermediateDirectories: true)
      #expect(fault("folder")?.message.en.contains("no regular file") == true)
      try FileManager.default.createDirectory(atPath: folders.path("builtIn/pipe"), withIntermediateDirectories: true)
      #expect(mkfifo(folders.path("builtIn/pipe/SKILL.md"), 0o600) == 0)
      #expect(fault("pipe")?.message.en.contains("no regular file") == true)
      #expect(fault("absent")?.code == .notFound)
      try FileManager.default.createDirectory(atPath: folders.path("builtIn/empty"), withIntermediateDirectories: true)
      #expect(fault("empty")?.message.en.contains("no SKILL.md") == true)
    }
  }
}
