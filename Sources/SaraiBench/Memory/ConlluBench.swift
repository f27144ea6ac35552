package import SaraiCore
import SaraiMemory
package import SaraiSkills
import SkillProtocol

/// How well triples are read from running text, against those of a treebank's own trees.
///
/// Each sentence's text goes to the skill `nlp`, and what comes back is mended (`SpanishTreeRepair`). The triples of
/// its trees are compared with those of the treebank's tree, which `TripleReader` derives in the same way.
package struct ConlluBench: Sendable {
  private let skills: any SkillCalling
  private let sentences: [ConlluSentence]
  private let language: Language

  /// So many calls at once: the skill reads one text at a time, and the next one is there when it is done.
  private static let concurrentCalls = 3

  package init(skills: any SkillCalling, sentences: [ConlluSentence], language: Language) {
    self.skills = skills
    self.sentences = sentences
    self.language = language
  }

  /// - Throws: `SaraiError` where the skill is missing, fails, or has no parser for the language.
  package func run(progress: BenchProgress = .silent) async throws -> ConlluReport {
    var report = ConlluReport()
    let clock = ContinuousClock()
    let start = clock.now
    // The first call opens the way to the skill; calls at the same time would each open one and close the others'.
    guard let first = sentences.first else { return report }
    report.add(gold: first.tree, predicted: try await trees(of: first.text), language: language)
    try await withThrowingTaskGroup(of: (Int, [DependencyTree]).self) { group in
      var next = 1
      func add() {
        guard next < sentences.count else { return }
        let place = next
        next += 1
        group.addTask { (place, try await trees(of: sentences[place].text)) }
      }
      for _ in 0..<Self.concurrentCalls { add() }
      for try await (place, trees) in group {
        add()
        report.add(gold: sentences[place].tree, predicted: trees, language: language)
        progress(
          Double(report.sentences) / Double(sentences.count),
          Localized(es: "\(report.sentences) frases", en: "\(report.sentences) sentences"))
      }
    }
    report.seconds = (clock.now - start) / .seconds(1)
    return report
  }

  /// The trees of a text; none for one that is longer than the skill takes.
  private func trees(of text: String) async throws -> [DependencyTree] {
    guard text.contains(where: { !$0.isWhitespace }) else { return [] }
    let request: JSONObject = ["text": .string(text), "language": .string(language.rawValue)]
    var writer = JSONWriter()
    writer.value(JSONValue.object(request))
    let call = SkillCall(.json(String(decoding: writer.bytes, as: UTF8.self)), language: language)
    do {
      let answer = try await skills.infer("nlp", call)
      guard let json = answer.text, let trees = try NlpAnalysis.trees(json: json) else {
        throw SaraiError(
          .notAvailable, es: "La habilidad nlp no analiza ese idioma, solo español. Usa --language es.",
          en: "The nlp skill does not parse that language, only Spanish. Use --language es.", subject: "nlp")
      }
      return trees
    } catch let error as SaraiError where error.code == .tooLarge { return [] }
  }
}
