/// Names of tables and columns, found as people write them: in singular or plural, with articles between their words,
/// in the other language, or by one word of several.
struct NameIndex {
  private let names: [(words: [String], target: NameTarget)]

  private static let joints: Set<String> = ["de", "del", "la", "el", "los", "las", "of", "the"]

  init(_ schema: Schema) {
    var names: [([String], NameTarget)] = []
    for (index, table) in schema.tables.enumerated() { names.append((Words.words(ofName: table.name), .table(index))) }
    for index in schema.columnIndices {
      names.append((Words.words(ofName: schema.column(index).name), .column(index)))
    }
    self.names = names.filter { !$0.0.isEmpty }
  }

  /// The longest name that begins here; the exact one before one of the same meaning, and that before a part of one.
  func name(_ tokens: [QuestionToken], _ position: Int) -> Annotator.Match? {
    guard !Self.joints.contains(tokens[position].folded), tokens[position].isWord else { return nil }
    var best: (length: Int, quality: Int, targets: [NameTarget]) = (0, 0, [])
    for (words, target) in names {
      guard let (length, quality) = fit(words, tokens, position) else { continue }
      if (length, quality) > (best.length, best.quality) {
        best = (length, quality, [target])
      } else if (length, quality) == (best.length, best.quality) {
        best.targets.append(target)
      }
    }
    if best.length == 0 { best = partOfName(tokens[position]) }
    return best.length > 0 ? Annotator.Match(item: .name(best.targets), length: best.length) : nil
  }

  func targets(meaningAnyOf nouns: [String]) -> [NameTarget] {
    names.filter { name in nouns.contains { Words.means(name.words, [$0]) } }.map(\.target)
  }

  func isTable(_ word: String) -> Bool {
    names.contains { if case .table = $0.target { Words.means($0.words, [word]) } else { false } }
  }

  func isColumn(_ word: String) -> Bool {
    names.contains { if case .column = $0.target { Words.means($0.words, [word]) } else { false } }
  }

  private func fit(_ words: [String], _ tokens: [QuestionToken], _ start: Int) -> (length: Int, quality: Int)? {
    // As it is written in the data: `fecha_alta`.
    let typed = Words.words(ofName: tokens[start].text)
    if typed.count > 1, typed == words { return (1, 3) }
    if let fit = sequence(words, tokens, start) { return fit }
    // Spanish puts first what English puts last: `return_date`, "fecha de devolución".
    guard words.count == 2, let (length, _) = sequence(words.reversed(), tokens, start) else { return nil }
    return (length, 1)
  }

  private func sequence(_ words: [String], _ tokens: [QuestionToken], _ start: Int) -> (length: Int, quality: Int)? {
    var position = start
    var quality = 2
    for (index, word) in words.enumerated() {
      if index > 0 {
        while position < tokens.count, Self.joints.contains(tokens[position].folded) { position += 1 }
      }
      guard position < tokens.count, tokens[position].isWord else { return nil }
      if !Words.matches([word], [tokens[position].folded]) {
        guard Words.means([word], [tokens[position].folded]) else { return nil }
        quality = 1
      }
      position += 1
    }
    return (position - start, quality)
  }

  /// "precio" for `precio_unitario`; whether it can be only one is seen when it is clear which table is asked.
  private func partOfName(_ token: QuestionToken) -> (length: Int, quality: Int, targets: [NameTarget]) {
    let parts = names.filter { name in
      guard name.words.count > 1, !name.words.contains("id") else { return false }
      return name.words.contains { Words.means([$0], [token.folded]) }
    }
    let exact = parts.filter { $0.words.contains { Words.matches([$0], [token.folded]) } }
    let targets = (exact.isEmpty ? parts : exact).map(\.target)
    return targets.isEmpty ? (0, 0, []) : (1, 0, targets)
  }
}
