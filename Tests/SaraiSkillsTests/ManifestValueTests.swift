import SaraiSkills
import Testing

@Suite struct SkillManifestTests {
  @Test("A manifest that grants nothing lets a skill touch nothing") func defaults() {
    let grants = SkillManifest(entry: ["a"]).grants
    #expect(grants.files.isEmpty && grants.network.isEmpty && grants.models.isEmpty && grants.skills.isEmpty)
    #expect(grants.memory == .none)
  }
}
