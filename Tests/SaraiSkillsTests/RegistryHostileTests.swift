import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiSkills

/// Folders and moments that someone picked to do harm.
@Suite(.timeLimit(.minutes(2))) struct RegistryHostileTests {
  @Test("Folders that take one another's place while they are read are never taken for one another afterwards")
  func swappedFolders() async throws {
    try await SkillFolders.with { folders in
      for (name, more) in [("a", "instances: 2"), ("b", "instances: 3")] {
        try folders.skill(name, in: "versions", manifest: manifest(more))
        try folders.write("versions/\(name)/SKILL.md", SkillFolders.card("tool"))
      }
      let registry = SkillRegistry(places: folders.places)
      let (versions, tool) = ([folders.path("versions/a"), folders.path("versions/b")], folders.path("builtIn/tool"))
      let swapper = Task.detached {
        while !Task.isCancelled {
          for version in versions where rename(version, tool) == 0 { rename(tool, version) }
        }
      }
      for _ in 0..<rounds(3000, soak: 300_000) {
        let error = thrown { _ = try registry.skill("tool") }
        #expect([nil, .notFound, .corruptFile, .forbidden].contains(error?.code), "\(String(describing: error))")
      }
      swapper.cancel()
      await swapper.value
      for (version, instances) in zip(versions, [2, 3]) {
        #expect(rename(version, tool) == 0)
        #expect(try registry.skill("tool").manifest?.instances == instances)
        #expect(rename(tool, version) == 0)
      }
    }
  }

  @Test("Many writers of one file leave one of their texts and nothing beside it")
  func writers() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("tool", manifest: manifest("configuration: {text: \"\(String(repeating: "x", count: 5000))\"}"))
      let skill = try SkillRegistry(places: folders.places).skill("tool")
      let folder = folders.path("configuration")
      try await withThrowingTaskGroup { group in
        for _ in 0..<50 { group.addTask { try SkillLauncher.writeConfiguration(of: skill, into: folder) } }
        try await group.waitForAll()
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["configuration.json"])
      let json = try JSONValue(
        parsing: String(contentsOfFile: folder + "/configuration.json", encoding: .utf8))
      #expect(json == skill.manifest?.configuration)
    }
  }

  @Test("A folder that holds the place where skills are installed is not copied into itself without end")
  func ownPlace() async throws {
    try await SkillFolders.with { folders in
      try folders.write("SKILL.md", SkillFolders.card(folders.root.lastPathComponent))
      let installer = SkillInstaller(
        places: folders.places, environments: folders.path("python"), runner: TestToolRunner(), pips: [])
      let plan = try installer.plan(folders.root.path)
      do {
        _ = try await installer.install(plan)
        Issue.record("it was installed")
      } catch let error as SaraiError {
        #expect(error.code == .forbidden || error.code == .tooLarge, "\(error)")
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folders.path("installed")).sorted() == [
          ".consents", ".lock",
        ])
    }
  }

  @Test("Whatever SKILL.md has, reading it ends, and what is told of it cannot steer a terminal")
  func fuzzedCards() {
    var random = SplitMix(seed: 11)
    let base = Array(SkillFolders.card("tool").utf8)
    let words = [
      "---\n", "\u{1B}[2J", "*a", "&a ", ": ", "\"\\e[2J\"", "? ", "- ", "|\n", "\r\n", "\t", "metadata:\n  a: b\n",
      "\u{202E}",
    ]
    var read = 0
    for _ in 0..<rounds(1500, soak: 200_000) {
      var bytes = base
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.insert(contentsOf: Array(words.randomElement(using: &random)!.utf8), at: place)
        default: bytes.remove(at: place)
        }
      }
      guard let text = String(validating: bytes, as: UTF8.self) else { continue }
      do {
        let result = try SkillCardReader.read(text, file: "SKILL.md", folderName: nil)
        #expect(
          SkillName.isValid(result.card.name) && (1...1024).contains(result.card.description.unicodeScalars.count))
        read += 1
        #expect(result.remarks.allSatisfy { !$0.en.unicodeScalars.contains("\u{1B}") })
      } catch {
        #expect([.corruptFile, .tooLarge].contains(error.code))
        #expect(!error.message.en.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
      }
    }
    #expect(read > 50)
  }
}
