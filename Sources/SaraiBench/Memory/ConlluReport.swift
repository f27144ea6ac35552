package import SaraiCore
package import SaraiMemory

/// How many triples of a treebank were found in running text, and how many of those found are the treebank's.
package struct ConlluReport: Sendable {
  /// Counts over all sentences together (micro average).
  package struct Score: Sendable, Hashable {
    package private(set) var gold = 0
    package private(set) var predicted = 0
    package private(set) var correct = 0

    mutating func add<Part: Hashable>(gold: [Part], predicted: [Part]) {
      let (gold, predicted) = (Set(gold), Set(predicted))
      self.gold += gold.count
      self.predicted += predicted.count
      correct += gold.intersection(predicted).count
    }

    /// 0 where nothing was predicted.
    package var precision: Double { predicted == 0 ? 0 : Double(correct) / Double(predicted) }
    /// 0 where there was nothing to find.
    package var recall: Double { gold == 0 ? 0 : Double(correct) / Double(gold) }
    package var f1: Double { gold + predicted == 0 ? 0 : 2 * Double(correct) / Double(gold + predicted) }

    var json: JSONObject {
      [
        "precision": .number(precision), "recall": .number(recall), "f1": .number(f1), "gold": .integer(Int64(gold)),
        "predicted": .integer(Int64(predicted)), "correct": .integer(Int64(correct)),
      ]
    }
  }

  package private(set) var triples = Score()
  /// The same with the trees as the parser gave them.
  package private(set) var unrepaired = Score()
  package private(set) var verbs = Score()
  package private(set) var subjectsAndVerbs = Score()
  package private(set) var verbsAndObjects = Score()
  package private(set) var sentences = 0
  package var seconds = 0.0

  package init() {}

  private struct Pair: Hashable {
    var first: String
    var second: String
  }

  package mutating func add(gold tree: DependencyTree, predicted trees: [DependencyTree], language: Language) {
    sentences += 1
    let gold = TripleReader.triples(of: tree)
    let plain = trees.flatMap(TripleReader.triples)
    let predicted = language == .spanish ? trees.flatMap(SpanishTreeRepair.triples) : plain
    triples.add(gold: gold, predicted: predicted)
    unrepaired.add(gold: gold, predicted: plain)
    verbs.add(gold: gold.map(\.verb), predicted: predicted.map(\.verb))
    func subjectAndVerb(_ triple: Triple) -> Pair { Pair(first: triple.subject, second: triple.verb) }
    func verbAndObject(_ triple: Triple) -> Pair { Pair(first: triple.verb, second: triple.object) }
    subjectsAndVerbs.add(gold: gold.map(subjectAndVerb), predicted: predicted.map(subjectAndVerb))
    verbsAndObjects.add(gold: gold.map(verbAndObject), predicted: predicted.map(verbAndObject))
  }

  package var json: JSONValue {
    var object = triples.json
    object["sentences"] = .integer(Int64(sentences))
    object["scenario"] = "conllu"
    object["parts"] = [
      "verb": .object(verbs.json), "subject_verb": .object(subjectsAndVerbs.json),
      "verb_object": .object(verbsAndObjects.json),
    ]
    object["unrepaired"] = .object(unrepaired.json)
    object["seconds"] = .number(seconds)
    object["machine"] = Machine.current().json
    return .object(object)
  }

  package func text(in language: Language) -> String {
    func line(_ name: Localized, _ score: Score) -> [String] {
      [name[language]] + [score.precision, score.recall, score.f1].map(BenchText.number)
        + [score.gold, score.predicted, score.correct].map(String.init)
    }
    let head = [
      "", Localized(es: "precisión", en: "precision")[language], Localized(es: "cobertura", en: "recall")[language],
      "F1", Localized(es: "del corpus", en: "gold")[language], Localized(es: "leídas", en: "predicted")[language],
      Localized(es: "acertadas", en: "correct")[language],
    ]
    let rows = [
      head, line(Localized(es: "sujeto–verbo–objeto", en: "subject–verb–object"), triples),
      line(Localized(es: "sin arreglar el análisis", en: "parse not mended"), unrepaired),
      line(Localized(es: "verbo", en: "verb"), verbs),
      line(Localized(es: "sujeto–verbo", en: "subject–verb"), subjectsAndVerbs),
      line(Localized(es: "verbo–objeto", en: "verb–object"), verbsAndObjects),
    ]
    let count = Localized(es: "\(sentences) frases", en: "\(sentences) sentences")[language]
    return (BenchText.table(rows) + ["", count]).joined(separator: "\n") + "\n"
  }

  @discardableResult
  package func write(to folder: String) throws -> String { try BenchReport.write(json, name: "conllu", to: folder) }
}
