package import SaraiCore

/// Facts of which only one should hold, as they were told to a person who was asked which of them does.
package struct Rivals: Sendable {
  /// By what they say, in the order in which they were named.
  private let groups: [[Fact]]

  package init(_ facts: [Fact]) {
    var groups: [[Fact]] = []
    for fact in facts {
      if let place = groups.firstIndex(where: { $0[0].object == fact.object && $0[0].subject == fact.subject }) {
        groups[place].append(fact)
      } else {
        groups.append([fact])
      }
    }
    self.groups = groups
  }

  /// What to change, and what to say then; nil for a turn that does not answer the question.
  ///
  /// - Parameter language: Of the answer.
  package func settled(by text: String, _ language: Language) -> (changes: [FactChange], text: String)? {
    guard let choice = ChoiceReader(count: groups.count, purpose: .correcting).choice(in: text, named: named) else {
      return nil
    }
    let isPair = groups.count == 2
    switch choice {
    case .all:
      let text = Localized(
        es: isPair ? "De acuerdo: valen las dos." : "De acuerdo: valen todas.",
        en: isPair ? "All right: both hold." : "All right: all of them hold.")
      let changes = groups.joined().map { FactChange.setConfidence($0.id, Fact.confidenceBesideOthers) }
      return (changes, text[language])
    case .none:
      let text = Localized(
        es: "De acuerdo: ninguna vale ya. Dime cuál es la buena.",
        en: isPair
          ? "All right: neither holds any more. Tell me what is right."
          : "All right: none holds any more. Tell me what is right.")
      return (groups.joined().map(Self.end), text[language])
    case .only(let places): return keep(Set(places), language)
    case .except(let places): return keep(Set(groups.indices).subtracting(places), language)
    }
  }

  private func keep(_ places: Set<Int>, _ language: Language) -> (changes: [FactChange], text: String)? {
    guard !places.isEmpty, places.count < groups.count else { return nil }
    let kept = places.sorted().map { groups[$0] }
    let gone = groups.indices.filter { !places.contains($0) }.flatMap { groups[$0] }
    var changes: [FactChange] = []
    for fact in kept.joined() {
      changes.append(
        .setConfidence(fact.id, kept.count == 1 ? Self.chosenConfidence : Fact.confidenceBesideOthers))
    }
    if kept.count == 1, let fact = kept[0].first {
      changes.insert(
        .add(
          NewFact(fact.subject, fact.verb, fact.object, confidence: Self.chosenConfidence),
          replacing: .facts(gone.map(\.id))), at: 0)
    } else {
      changes += gone.map(Self.end)
    }
    let head = Localized(es: "De acuerdo: ", en: "All right: ")[language]
    let clauses = kept.compactMap(\.first).map {
      FactSentence.clause(of: NewFact($0.subject, $0.verb, $0.object), language)
    }
    return (changes, head + clauses.joined(separator: "; ") + ".")
  }

  private static let chosenConfidence = 0.9

  private static func end(_ fact: Fact) -> FactChange {
    .end(subject: fact.subject, verb: fact.verb, object: fact.object, isNegated: fact.isNegated, at: nil)
  }

  /// «Soria», «en Vigo».
  private func named(_ words: String) -> [Int] {
    var words = words.split(separator: " ")
    while words.count > 1, let first = words.first,
      ["en", "in", "at", "a", "de", "el", "la", "the"].contains(Fold.text(first))
    {
      words.removeFirst()
    }
    let wanted = Content.stems(of: words.joined(separator: " "))
    guard !wanted.isEmpty else { return [] }
    let exact = groups.indices.filter { Content.stems(of: groups[$0][0].object.text) == wanted }
    guard exact.isEmpty else { return exact }
    // «Vigo» of «la calle Mayor de Vigo»: where only one has it.
    let partial = groups.indices.filter { Set(Content.stems(of: groups[$0][0].object.text)).isSuperset(of: wanted) }
    return partial.count == 1 ? partial : []
  }
}
