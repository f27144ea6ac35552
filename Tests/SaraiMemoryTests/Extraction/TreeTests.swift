import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Who did what, from dependency trees")
struct TreeTests {
  /// Words as "form+lemma+POS+head+relation+features"; heads count from 1, and 0 is the root.
  private func tree(_ text: String) throws -> DependencyTree {
    let tokens = try text.split(separator: " ").map { word in
      let parts = word.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
      let head = try #require(Int(parts[3]))
      return DependencyTree.Token(
        text: parts[0], lemma: parts[1], partOfSpeech: parts[2],
        features: DependencyTree.Token.features(parts.count > 5 ? parts[5] : ""), head: head == 0 ? nil : head - 1,
        relation: parts[4])
    }
    return try #require(DependencyTree(tokens))
  }

  private func triples(_ text: String) throws -> [[String]] {
    TripleReader.triples(of: try tree(text)).map { [$0.subject, $0.verb, $0.object] }
  }

  private static let fin = "VerbForm=Fin|Mood=Ind|Person=3|Number=Sing"

  @Test("Joined subjects and objects make a triple each")
  func coordination() throws {
    let found = try triples(
      "Ana+Ana+PROPN+4+nsubj y+y+CCONJ+3+cc Luis+Luis+PROPN+1+conj venden+vender+VERB+0+root+\(Self.fin) "
        + "pan+pan+NOUN+4+obj y+y+CCONJ+7+cc vino+vino+NOUN+5+conj")
    #expect(
      found == [
        ["ana", "vender", "pan"], ["ana", "vender", "vino"], ["luis", "vender", "pan"], ["luis", "vender", "vino"],
      ])
  }

  @Test("A copula says what its subject is, and a joined verb has the same subject")
  func copula() throws {
    let found = try triples(
      "Ana+Ana+PROPN+3+nsubj es+ser+AUX+3+cop médica+médica+NOUN+0+root y+y+CCONJ+5+cc "
        + "vive+vivir+VERB+3+conj+\(Self.fin) en+en+ADP+7+case Lugo+Lugo+PROPN+5+obl")
    #expect(found == [["ana", "ser", "medica"], ["ana", "vivir", "lugo"]])
  }

  @Test("A relative clause is about the word it hangs from, whatever its pronoun is called")
  func relative() throws {
    let found = try triples(
      "puente+puente+NOUN+0+root que+que+SCONJ+3+mark une+unir+VERB+1+acl:relcl+\(Self.fin) pueblos+pueblo+NOUN+3+obj")
    #expect(found == [["puente", "unir", "pueblos"]])
    let pronoun = try triples(
      "pan+pan+NOUN+0+root que+que+PRON+4+obj+PronType=Rel Ana+Ana+PROPN+4+nsubj hace+hacer+VERB+1+acl+\(Self.fin)")
    #expect(pronoun == [["ana", "hacer", "pan"]])
  }

  @Test("A subject that was left out is empty; clitics are no objects")
  func dropped() throws {
    let found = try triples(
      "lo+él+PRON+2+obj+PronType=Prs hizo+hacer+VERB+0+root+\(Self.fin) con+con+ADP+4+case cuidado+cuidado+NOUN+2+obl")
    #expect(found == [["", "hacer", "cuidado"]])
    #expect(try triples("Llueve+llover+VERB+0+root+\(Self.fin)").isEmpty)
  }

  @Test("Trees with circles, strange heads or too many words are none")
  func malformed() {
    func token(_ head: Int?) -> DependencyTree.Token {
      DependencyTree.Token(text: "a", lemma: "a", partOfSpeech: "X", head: head, relation: "dep")
    }
    #expect(DependencyTree([]) == nil)
    #expect(DependencyTree([token(1), token(0)]) == nil)
    #expect(DependencyTree([token(7)]) == nil)
    #expect(DependencyTree([token(0)]) == nil)
    #expect(DependencyTree(Array(repeating: token(nil), count: 1_001)) == nil)
    #expect(DependencyTree([token(nil), token(0)]) != nil)
  }

  @Test("What is done to somebody is told of a participle, and a percentage is counted by its number")
  func repairs() throws {
    let passive = SpanishTreeRepair.repaired(
      try tree("acta+acta+NOUN+3+nsubj está+estar+AUX+3+cop+\(Self.fin) escrita+escrito+ADJ+0+root"))
    #expect(TripleReader.triples(of: passive).map(\.verb) == ["escribir"])
    let share = SpanishTreeRepair.repaired(
      try tree(
        "el+el+DET+2+det 40+40+NUM+4+nsubj %+%+SYM+2+nmod trabaja+trabajar+VERB+0+root+\(Self.fin)"))
    #expect(TripleReader.triples(of: share).map(\.subject) == ["%"])
  }

  @Test("A clause that another one denies, suspects or spreads as a rumour is no statement")
  func ownStatements() throws {
    func clauses(_ text: String) throws -> [Clause] {
      TreeClauses(try tree(text), language: .spanish, today: CivilDate(dayNumber: 20_523)).clauses
    }
    let first = "VerbForm=Fin|Mood=Ind|Person=1|Number=Sing"
    let smokes = "mi+mi+DET+4+det tía+tía+NOUN+5+nsubj fuma+fumar+VERB+1"
    #expect(
      try clauses("Creo+creer+VERB+0+root+\(first) que+que+SCONJ+5+mark \(smokes)+ccomp+\(Self.fin)")
        .contains { $0.verb.lemma == "fumar" })
    for governor in ["Sospecho+sospechar+VERB+0+root+\(first)", "Dice+decir+VERB+0+root+\(Self.fin)"] {
      #expect(
        try !clauses("\(governor) que+que+SCONJ+5+mark \(smokes)+ccomp+\(Self.fin)")
          .contains { $0.verb.lemma == "fumar" }, "\(governor)")
    }
    #expect(
      try !clauses("Mentira+mentira+NOUN+0+root que+que+SCONJ+5+mark \(smokes)+csubj+\(Self.fin)")
        .contains { $0.verb.lemma == "fumar" })
    #expect(
      try !clauses("Rumor+rumor+NOUN+0+root que+que+SCONJ+5+mark \(smokes)+acl+\(Self.fin)")
        .contains { $0.verb.lemma == "fumar" })
  }

  @Test("The answer of nlp is read as its description says, and anything else is refused")
  func analysis() throws {
    let json = """
      {"language": "es", "parsed": true, "sentences": [{"first": 0, "last": 1}, {"first": 2, "last": 2}], "tokens": [
      {"text": "Ana", "lemma": "Ana", "pos": "PROPN", "morph": "", "dep": "nsubj", "head": 1},
      {"text": "vive", "lemma": "vivir", "pos": "VERB", "morph": "Person=3", "dep": "root", "head": 1},
      {"text": "Sí", "lemma": "sí", "pos": "INTJ", "morph": "", "dep": "root", "head": 2}]}
      """
    let trees = try #require(try NlpAnalysis.trees(json: json))
    #expect(trees.map(\.tokens.count) == [2, 1])
    #expect(trees[0].tokens[0].head == 1)
    #expect(try NlpAnalysis.trees(json: #"{"parsed": false}"#) == nil)
    for wrong in ["", "[]", "{}", #"{"parsed": true, "sentences": [{"first": 0, "last": 9}], "tokens": []}"#] {
      let error = #expect(throws: SaraiError.self) { try NlpAnalysis.trees(json: wrong) }
      #expect(error?.code == .skillFailed)
    }
  }
}
