import SaraiCore

/// A clause as it was told, put together again from its facts.
struct Frame {
  struct Part {
    /// As in `FrameTerms`: empty for an object.
    var preposition: String
    var object: String
    var stems: Set<String> { Set(Content.stems(of: object)) }
    var isTime: Bool { preposition == Argument.when }
  }

  var main: Fact
  var parts: [Part]
  var verb: String

  var subject: String { main.subject.text }
  var isNegated: Bool { main.isNegated }
  var stems: Set<String> { parts.reduce(into: Set()) { $0.formUnion($1.stems) } }

  func part(_ preposition: String) -> Part? { parts.first { $0.preposition == preposition && !$0.object.isEmpty } }

  static let prepositions = FunctionWords.spanish.prepositions.union(FunctionWords.english.prepositions).union([
    Argument.when, "como", "cerca",
  ])

  /// The frames of a verb among facts.
  static func frames(of verb: String, in facts: [Fact]) -> [Frame] {
    let folded = Fold.text(verb)
    var frames: [Frame] = []
    for fact in facts {
      guard let preposition = preposition(fact.verb.folded, after: folded) else { continue }
      var parts = [Part(preposition: preposition, object: fact.object.text)]
      let base = fact.verb.folded + " " + Fold.text(fact.object.text) + " "
      for other in facts.sorted(by: { $0.id < $1.id })
      where other.subject == fact.subject && other.isNegated == fact.isNegated && other.verb.folded.hasPrefix(base) {
        let rest = String(other.verb.folded.dropFirst(base.count))
        if prepositions.contains(rest) {
          parts.append(Part(preposition: rest == "como" ? "" : rest, object: other.object.text))
        }
      }
      frames.append(Frame(main: fact, parts: parts, verb: verb))
    }
    return frames
  }

  /// What is left of a verb after its name: nothing or one preposition.
  private static func preposition(_ verb: String, after name: String) -> String? {
    if verb == name { return "" }
    guard verb.hasPrefix(name + " ") else { return nil }
    let rest = String(verb.dropFirst(name.count + 1))
    return prepositions.contains(rest) ? rest : nil
  }
}

/// Verbs that mean nearly the same.
enum Synonyms {
  private static let groups: [[String]] = [
    ["gustar", "encantar", "fascinar", "apasionar", "chiflar", "flipar", "pirrar", "molar", "privar"],
    ["trabajar", "dedicarse"],
    ["usar", "llevar", "calzar", "gastar"],
    ["guardar", "tener", "dejar", "poner", "meter", "esconder", "estar"], ["conducir", "tener", "llevar"],
    ["ganar", "cobrar"], ["estudiar", "hacer", "aprender"], ["jugar", "hacer", "practicar"], ["costar", "pagar"],
    ["desayunar", "tener"],
    ["salir", "estar", "quedar"], ["ir", "estudiar"], ["beber", "tomar"], ["comer", "tomar"], ["hablar", "saber"],
    ["comprar", "buy", "get"],
    ["tocar", "jugar"], ["casarse", "estar casado"], ["mudarse", "vivir"], ["aparcar", "dejar"], ["vivir", "residir"],
    ["pintar", "hacer", "make"],
    ["hacer", "make"], ["ser", "estar"], ["odiar", "detestar"],
  ]

  static func of(_ verb: String) -> [String] {
    [verb] + groups.filter { $0.contains(verb) }.flatMap { $0 }.filter { $0 != verb }
  }
}

extension Frame {
  /// «No como carne los viernes» says nothing of the other days.
  var isRestricted: Bool {
    guard isNegated else { return false }
    return parts.contains { part in
      let object = Fold.text(part.object)
      // «El lunes no trabajo»
      let isDay =
        ["el ", "este ", "on ", "this "].contains(where: object.hasPrefix)
        && object.split(whereSeparator: { !$0.isLetter }).prefix(2).contains { Self.days.contains(String($0)) }
      let isRecurring =
        Self.recurring.contains(where: object.hasPrefix) || object.hasPrefix("on ") && object.hasSuffix("days")
      return part.isTime ? isDay || isRecurring : part.preposition == "de" && object == "noche"
    }
  }

  private static let recurring = [
    "los ", "las ", "cada ", "todos ", "todas ", "every ", "por la", "de noche", "on weekdays", "on weekends",
  ]
  private static let days = Vocabulary.set(
    "lunes martes miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday sunday")
}
