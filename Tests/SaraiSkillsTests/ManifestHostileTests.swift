import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiSkills

/// YAML that someone wrote to do harm.
@Suite(.timeLimit(.minutes(2))) struct ManifestHostileTests {
  private func fault(_ text: String) -> SaraiError? {
    thrown { _ = try SkillManifestReader.read(text, file: "skill.yaml", skill: "own", home: nil) }
  }

  /// Anchors that each repeat the one before ten times.
  private static func bomb(levels: Int, leaf: String = "x") -> String {
    var text = "a0: &a0 \(leaf)\n"
    for level in 1...levels {
      text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
    }
    return text
  }

  @Test("Aliases of aliases are counted before they are followed")
  func aliasBomb() {
    #expect(
      fault("configuration:\n" + Self.bomb(levels: 12).split(separator: "\n").map { "  \($0)\n" }.joined())?.code
        == .tooLarge)
  }

  @Test(
    "A key built from aliases is refused before anything compares it",
    arguments: [
      "? *a12\n: x\n", "{*a12: x}", "[*a12 : x]", "*a12 : x\n", "[? *a12 : x]", "? [*a12, *a12]\n: x\n", "{[*a12]: x}",
    ])
  func aliasKeys(key: String) {
    // As the value of a key of its own, and at the top.
    let bomb = Self.bomb(levels: 12)
    #expect(fault(bomb + "top: " + key)?.code == .corruptFile)
    #expect(fault(bomb + key)?.code == .corruptFile)
    #expect(fault(bomb + "top:\n  - " + key)?.code == .corruptFile)
  }

  @Test("A text with stars in it is not taken for an alias")
  func stars() throws {
    let manifest = try SkillManifestReader.read(
      manifest("configuration: {a: \"2*x\", b: '*y', c: 5*z, \"*k\": 1, d: &n [1], e: *n}"), file: "skill.yaml",
      skill: "own", home: nil)
    #expect(manifest.configuration == ["a": "2*x", "b": "*y", "c": "5*z", "*k": 1, "d": [1], "e": [1]])
  }

  @Test(
    "Deep nesting is refused, in every style",
    arguments: [
      String(repeating: "[", count: 20_000), String(repeating: "{a: ", count: 20_000),
      String(repeating: "- ", count: 20_000),
      String(repeating: "? ", count: 20_000), (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
      "configuration: " + String(repeating: "[", count: 30) + String(repeating: "]", count: 30),
    ])
  func nesting(text: String) {
    #expect(fault(text)?.code == .corruptFile)
    #expect(fault("configuration:\n  a: " + text)?.code == .corruptFile)
  }

  @Test(
    "Keys that are there twice, however they are written, are refused",
    arguments: [
      manifest("prefetch: true\nprefetch: false"), manifest("prefetch: true\n\"prefetch\": false"),
      manifest("configuration: {1: a, \"1\": b}"), manifest("configuration: {a: 1, b: {c: 1, c: 2}}"),
      manifest("configuration: {a: 1, \"\\x61\": 2}"),
    ])
  func duplicates(text: String) {
    #expect(fault(text)?.message.en.contains("twice") == true)
  }

  @Test(
    "Tags, several documents and directives that change the meaning are refused",
    arguments: [
      manifest("prefetch: !!bool true"), manifest("configuration: {a: !!binary aGk=}"), manifest("instances: !x 2"),
      manifest("---\nschema: 1"), "schema: 1\nentry: [a]\n...\n---\nx: 1\n", manifest("instances: *unknown"),
      manifest("configuration: &c {a: *c}"), manifest("configuration: {a: b: c}"), "\u{0}schema: 1", manifest("\u{0}"),
      "", "~", "[]", "text", "schema: 1\n\tentry: [a]", "%TAG ! tag:x,2000:\n---\nschema: !int 1",
    ])
  func refused(text: String) {
    #expect(fault(text) != nil, "\(text.debugDescription)")
  }

  @Test("A key that would steer the terminal is told without doing so")
  func terminal() throws {
    let error = try #require(fault(manifest("\"\\e]0;x\\a\\u202Egrants\": 1")))
    let scalars = error.message.en.unicodeScalars
    #expect(!scalars.contains("\u{1B}") && !scalars.contains("\u{7}") && !scalars.contains("\u{202E}"))
  }

  @Test("A file that is too large, and a configuration that becomes too large, are refused")
  func sizes() async throws {
    try await SkillFolders.with { folders in
      let folder = try folders.skill("big", manifest: manifest("# " + String(repeating: "x", count: 256 << 10)))
      let reader = SkillReader(places: folders.places)
      #expect(thrown { _ = try reader.read(folder, origin: .builtIn) }?.code == .tooLarge)
    }
    let many = Array(repeating: "*a", count: 300).joined(separator: ", ")
    let text = manifest("configuration: {a: &a \"\(String(repeating: "x", count: 1000))\", b: [\(many)]}")
    #expect(fault(text)?.subject == "configuration")
    #expect(
      fault("schema: 1\nentry: [\(Array(repeating: "a", count: 65).joined(separator: ", "))]")?.code == .corruptFile)
  }

  @Test(
    "Tags are refused wherever they stand",
    arguments: ["{a: !!float 1}", "!!python/object:os.system {}", "{a: !!set [b]}", "!x {a: 1}", "{a: [!y {}]}"])
  func tags(_ value: String) {
    let found = fault(manifest("configuration: \(value)"))
    #expect(found?.message.en.contains("tags") == true, "\(String(describing: found))")
  }

  @Test("What is changed at random is read or refused, and never does more than it says")
  func fuzz() throws {
    var random = SplitMix(seed: 20_261_123)
    let base = Array(
      try String(
        contentsOf: TestParts.root.appending(path: "skills/calc/skill.yaml"), encoding: .utf8
      ).prefix(4000).utf8)
    let words = [
      "*numbers", "&a ", "!!", "[", "]", "{", "}", "? ", ": ", "- ", "\n", "\t", "\"", "'", "|", ">", "#", "%", "\u{0}",
      "é",
    ]
    var refused = 0
    for _ in 0..<rounds(400, soak: 100_000) {
      var bytes = base
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.insert(contentsOf: Array(words.randomElement(using: &random)!.utf8), at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
        default:
          let end = min(bytes.count, place + Int.random(in: 1...60, using: &random))
          bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &random))
        }
      }
      guard let text = String(validating: bytes, as: UTF8.self) else { continue }
      do {
        let manifest = try SkillManifestReader.read(text, file: "skill.yaml", skill: "own", home: nil)
        #expect(manifest.grants.network.allSatisfy { $0.contains(":") })
        #expect((4...65_536).contains(manifest.limits.memoryMiB) && !manifest.entry.isEmpty)
      } catch {
        refused += 1
        #expect([.corruptFile, .tooLarge].contains(error.code))
        #expect(error.message.en.utf8.count < 2000)
      }
    }
    #expect(refused > 50)
  }
}

/// The same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
