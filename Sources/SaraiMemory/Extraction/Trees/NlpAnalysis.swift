package import SaraiCore

/// What the skill `nlp` returns, as trees. Its answer is untrusted: whatever is no tree makes all of it no parse.
package enum NlpAnalysis {
  private static let limits = JSONLimits(depth: 8, bytes: 8 << 20, values: 400_000)

  /// The sentences of an answer.
  ///
  /// - Parameter json: As skills/nlp/SKILL.md describes it.
  /// - Returns: Nil where the skill has no parser for the language of the text.
  /// - Throws: `skillFailed` for an answer of another shape.
  package static func trees(json: String) throws(SaraiError) -> [DependencyTree]? {
    let value: JSONValue
    do { value = try JSONValue(parsing: json, limits: limits) } catch { throw malformed(error) }
    guard let isParsed = value["parsed"]?.boolValue else { throw malformed(nil) }
    guard isParsed else { return nil }
    guard let sentences = value["sentences"]?.arrayValue, let tokens = value["tokens"]?.arrayValue else {
      throw malformed(nil)
    }
    var trees: [DependencyTree] = []
    for sentence in sentences {
      guard let first = place(sentence["first"], in: tokens), let last = place(sentence["last"], in: tokens),
        first <= last, let tree = tree(tokens[first...last])
      else { throw malformed(nil) }
      trees.append(tree)
    }
    return trees
  }

  private static func place(_ value: JSONValue?, in tokens: [JSONValue]) -> Int? {
    guard let number = value?.integerValue, number >= 0, number < tokens.count else { return nil }
    return Int(number)
  }

  private static func tree(_ values: ArraySlice<JSONValue>) -> DependencyTree? {
    var tokens: [DependencyTree.Token] = []
    for (place, value) in zip(values.indices, values) {
      guard let text = value["text"]?.stringValue, let lemma = value["lemma"]?.stringValue,
        let partOfSpeech = value["pos"]?.stringValue, let relation = value["dep"]?.stringValue,
        let number = value["head"]?.integerValue, let head = Int(exactly: number), values.indices.contains(head)
      else { return nil }
      tokens.append(
        DependencyTree.Token(
          text: text, lemma: lemma, partOfSpeech: partOfSpeech,
          features: DependencyTree.Token.features(value["morph"]?.stringValue ?? ""),
          head: head == place ? nil : head - values.startIndex, relation: relation.lowercased()))
    }
    return DependencyTree(tokens)
  }

  private static func malformed(_ cause: (any Error)?) -> SaraiError {
    SaraiError(
      .skillFailed,
      es: "La habilidad nlp devolvió algo que no es un análisis. Comprueba tus habilidades: sarai skill doctor.",
      en: "The nlp skill returned something that is no parse. Check your skills: sarai skill doctor.", subject: "nlp",
      cause: cause)
  }
}
