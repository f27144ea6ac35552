import SaraiCore
import Synchronization
import Testing

@testable import SaraiMemory

@Suite("Rules, a parse and a model together")
struct TurnLearningTests {
  /// Gives prepared trees, and remembers what it was asked.
  private final class Parser: SentenceParsing {
    let trees: [DependencyTree]?
    let asked = Mutex<[String]>([])

    init(_ trees: [DependencyTree]?) { self.trees = trees }

    func parse(_ text: String, language: Language) async throws -> [DependencyTree]? {
      asked.withLock { $0.append(text) }
      return trees
    }
  }

  private struct Model: FactModel {
    var answer: String?

    func extract(prompt: String, grammar: String) async throws -> String? { answer }
  }

  private struct Failing: SentenceParsing, FactModel {
    static let fault = SaraiError(.skillFailed, es: "No.", en: "No.")

    func parse(_ text: String, language: Language) async throws -> [DependencyTree]? { throw Self.fault }
    func extract(prompt: String, grammar: String) async throws -> String? { throw Self.fault }
  }

  private let now = CivilDateTime(date: CivilDate(year: 2026, month: 3, day: 11)!, secondOfDay: 36_000)

  private func learn(
    _ text: String, parser: (any SentenceParsing)? = nil, model: (any FactModel)? = nil, language: Language = .spanish
  ) async throws -> LearntTurn {
    try await TurnLearning(lookup: FactArray(), owner: .local, parser: parser, model: model)
      .learn(from: text, language: language, now: now)
  }

  private func added(_ turn: LearntTurn) -> [NewFact] {
    turn.changes.compactMap { if case .add(let fact, _) = $0 { fact } else { nil } }
  }

  /// «Mi cuñada flumba una mercería.»
  private var trees: [DependencyTree] {
    func token(
      _ text: String, _ lemma: String, _ pos: String, _ head: Int?, _ relation: String, _ features: String = ""
    )
      -> DependencyTree.Token
    {
      DependencyTree.Token(
        text: text, lemma: lemma, partOfSpeech: pos, features: DependencyTree.Token.features(features), head: head,
        relation: relation)
    }
    return [
      DependencyTree([
        token("Mi", "mi", "DET", 1, "det"), token("cuñada", "cuñada", "NOUN", 2, "nsubj"),
        token("flumba", "flumbar", "VERB", nil, "root", "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"),
        token("una", "uno", "DET", 4, "det"), token("mercería", "mercería", "NOUN", 2, "obj"),
        token(".", ".", "PUNCT", 2, "punct"),
      ])!
    ]
  }

  @Test("What the rules read whole is shown to nobody else")
  func rulesAlone() async throws {
    let parser = Parser(trees)
    let turn = try await learn("Mi hermana vive en Madrid", parser: parser, model: Model(answer: "[]"))
    #expect(turn.extractors == [.rules])
    #expect(turn.doubts.isEmpty)
    #expect(parser.asked.withLock { $0 }.isEmpty)
    #expect(added(turn).map(\.confidence) == [0.9])
  }

  @Test("A sentence that the rules leave unread is parsed, with less trust")
  func parse() async throws {
    let parser = Parser(trees)
    let turn = try await learn("Mi cuñada flumba una mercería", parser: parser)
    #expect(parser.asked.withLock { $0 } == ["Mi cuñada flumba una mercería."])
    let fact = try #require(added(turn).first)
    #expect(fact.subject == "cunada del usuario")
    #expect(fact.verb == "flumbar")
    #expect(fact.object == "una mercería")
    #expect(fact.confidence == TurnLearning.parseConfidence)
    #expect(turn.doubts.isEmpty)
  }

  @Test("What is still doubtful goes to the model, which may only use words that were said")
  func model() async throws {
    let answer = """
      [{"subject": "mi cuñada", "verb": "flumbar", "object": "una mercería", "negated": false}, \
      {"subject": "mi cuñada", "verb": "vivir en", "object": "Madrid", "negated": false}, \
      {"subject": "Paco", "verb": "flumbar", "object": "una mercería", "negated": false}]
      """
    let turn = try await learn(
      "Mi cuñada flumba una mercería", parser: Parser(nil), model: Model(answer: answer))
    #expect(added(turn).map(\.object) == ["una mercería"])
    #expect(added(turn).first?.extractor == .model)
    #expect(added(turn).first?.confidence == TurnLearning.modelConfidence)
    #expect(turn.extractors == [.model])
  }

  @Test(
    "An answer that is not the JSON that was asked for teaches nothing",
    arguments: [
      "", "hola", "{}", "[1]", #"[{"subject": "usuario"}]"#,
      #"[{"subject": "usuario", "verb": "flumbar", "object": 3, "negated": false}]"#,
      #"[{"subject": "usuario", "verb": "", "object": "mercería", "negated": false}]"#,
      #"[{"subject": "usuario", "verb": "flumbar", "object": "mercería", "negated": false, "x": 1}]"#,
    ])
  func nonsense(answer: String) async throws {
    let turn = try await learn("Mi cuñada flumba una mercería", model: Model(answer: answer))
    #expect(turn.changes.isEmpty)
    #expect(turn.doubts == ["Mi cuñada flumba una mercería"])
  }

  @Test("Where parser and model fail, what the rules read is learnt, and the failures are told")
  func failures() async throws {
    let turn = try await learn(
      "Mi hermana vive en Madrid. Mi cuñada flumba una mercería", parser: Failing(), model: Failing())
    #expect(added(turn).map(\.object) == ["Madrid"])
    #expect(turn.failures == [Failing.fault, Failing.fault])
  }

  @Test(
    "Requests, questions and talk about the world are doubtful to nobody",
    arguments: [
      "Escríbeme un poema sobre mi gato Félix", "¿Flumba mi cuñada una mercería?", "El Quijote lo escribió Cervantes",
    ])
  func othersMatters(text: String) async throws {
    let parser = Parser(trees)
    let turn = try await learn(text, parser: parser)
    #expect(parser.asked.withLock { $0 }.isEmpty, "\(turn.doubts)")
  }

  @Test(
    "What the rules refuse as made up, heard, wished, denied or quoted is shown to neither parser nor model",
    arguments: [
      "En mi novela, mi cuñada flumba una mercería", "Según mi ex, soy un flumbo", "Soy un flumbo según mi ex",
      "Es mentira que yo flumbe mercerías", "Eso de que yo flumbo es mentira", "No quiero que mi hija flumbe",
      "Si me toca la lotería, flumbaré una mercería", "Mi jefe asegura que yo flumbo mercerías",
      "Sospecho que mi cuñada flumba una mercería", "Nadie en mi casa fuma mercerías",
    ])
  func refused(text: String) async throws {
    let parser = Parser(trees)
    let answer = #"[{"subject": "usuario", "verb": "flumbar", "object": "mercería", "negated": false}]"#
    let turn = try await learn(text, parser: parser, model: Model(answer: answer))
    #expect(parser.asked.withLock { $0 }.isEmpty)
    #expect(turn.changes.isEmpty, "\(added(turn))")
  }

  @Test(
    "So it is in English",
    arguments: [
      "In my novel, my brother glorps the moon", "According to my ex, I glorp too much",
      "It's a lie that I glorp the moon", "I doubt that my brother glorps", "I hope my sister glorps soon",
      "If I win, I would glorp the moon", "My boss claims that I glorp the moon", "No sister of mine smokes the moon",
    ])
  func refusedInEnglish(text: String) async throws {
    let parser = Parser(trees)
    let turn = try await learn(text, parser: parser, language: .english)
    #expect(parser.asked.withLock { $0 }.isEmpty)
    #expect(turn.changes.isEmpty, "\(added(turn))")
  }

  @Test("Megabytes, control and right-to-left signs end soon and are shown to no parser in full")
  func hostile() async throws {
    let parser = Parser([])
    let words = String(repeating: "mi cuñada flumba \u{202E}\u{0007}🧵 ", count: 40)
    for text in [String(repeating: "mi tía \u{202E}", count: 100_000), words + ".\n" + words, "\u{0}", "👩‍👩‍👧"] {
      let turn = try await learn(text, parser: parser)
      #expect(turn.failures.isEmpty)
    }
    #expect(parser.asked.withLock { $0 }.allSatisfy { $0.utf8.count <= TurnLearning.maxDoubtfulBytes })
  }
}
