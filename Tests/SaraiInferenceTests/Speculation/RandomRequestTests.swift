import Foundation
import SaraiCore
import Synchronization
import TestSupport
import Testing

@testable import SaraiInference

/// Requests of all kinds, one after the other on engines that remember the ones before, with guesses and without.
@Suite(.serialized, .timeLimit(.minutes(120))) struct RandomRequestTests {
  /// A draft model on a real engine, whose process dies in the middle of some calls and comes back knowing nothing.
  private final class MortalDraft: DraftTransport {
    private let engine: TextEngine
    private let state: Mutex<(random: SeededGenerator, server: DraftServer)>
    let deaths = Mutex(0)

    init(engine: TextEngine, seed: UInt64) {
      self.engine = engine
      state = Mutex((SeededGenerator(seed: seed), DraftServer(engine: engine)))
    }

    func check(_ vocabulary: VocabularyIdentity) async throws -> Int {
      try state.withLock { $0.server }.check(vocabulary)
    }

    func propose(_ request: DraftRequest) async throws -> DraftReply {
      let (server, dies) = state.withLock { state in
        let dies = Int.random(in: 0..<16, using: &state.random) == 0
        let server = state.server
        if dies { state.server = DraftServer(engine: engine) }
        return (server, dies)
      }
      if dies { deaths.withLock { $0 += 1 } }
      let reply = try await server.propose(request)
      guard dies else { return reply }
      throw SaraiError(.engineFailed, es: "muerto", en: "dead")
    }
  }

  private static let grammars = [
    #"root ::= "[" number (", " number)* "]"\#nnumber ::= "0" | [1-9] [0-9]*"#,
    #"""
    root ::= "{\n  \"name\": " string ",\n  \"age_in_years\": " [1-9] [0-9]? ",\n  \"is_retired\": " ("true" | "false") "\n}"
    string ::= "\"" [A-Za-zñáéíóú ]{0,24} "\""
    """#,
    #"root ::= ("SELECT " name (", " name)* " FROM " name " ORDER BY " name ";")\#nname ::= [a-z_]{1,12}"#,
    #"root ::= ("ab" | "a")+ "." | "yes, certainly: " [a-z ]{3,30} "!""#,
  ]

  private static let openings =
    SpeculationTests.texts + [
      (1...30).map { "Rule \($0): answer briefly, politely and truthfully. " }.joined(),
      "Marta Ruiz is 34 years old, lives in Valencia and works as a nurse. As JSON: ",
    ]

  /// The text grows over some rounds like a conversation, so that part of it was answered, part is new.
  private static func request(
    _ seed: UInt64, text: String, speculation: SpeculationMode
  ) -> GenerationRequest {
    var random = SeededGenerator(seed: seed)
    var request = RealModel.request(.text(text)) { sampling in
      sampling.temperature = [0, 0, 0.4, 0.9, 1.3].randomElement(using: &random) ?? 0
      sampling.topK = [0, 0, 40].randomElement(using: &random) ?? 0
      sampling.topP = [1, 1, 0.9].randomElement(using: &random) ?? 1
      sampling.minP = [0, 0, 0.05].randomElement(using: &random) ?? 0
      sampling.repetitionPenalty = [1, 1, 1.2].randomElement(using: &random) ?? 1
      sampling.presencePenalty = [0, 0, 0.5].randomElement(using: &random) ?? 0
      sampling.frequencyPenalty = [0, 0, 0.4, -0.3].randomElement(using: &random) ?? 0
      if Int.random(in: 0..<3, using: &random) == 0 {
        for _ in 0..<8 {
          sampling.logitBias[.random(in: 0..<40_000, using: &random)] = .random(in: -100...8, using: &random)
        }
      }
      sampling.stop = [[], [], [], ["."], ["\n\n", " the"], ["7"]].randomElement(using: &random) ?? []
      sampling.maxTokens = .random(in: 1...48, using: &random)
      sampling.seed = random.next()
    }
    if Int.random(in: 0..<5, using: &random) < 2 {
      request.grammar = grammars.randomElement(using: &random).map { GenerationGrammar(gbnf: $0) }
    }
    request.speculation = speculation
    return request
  }

  /// What can be seen of an answer.
  private static func answer(_ engine: TextEngine, _ request: GenerationRequest) async -> (String, SpeculationReport?) {
    do {
      let outcome = try await engine.outcome(of: request)
      let summary = outcome.summary
      return ("\(summary.finishReason) \(summary.usage.completionTokens) \(outcome.text)", summary.speculation)
    } catch {
      return ("\(error)", nil)
    }
  }

  private static func engine(
    _ transport: (any DraftTransport)?, speculation: SpeculationMode
  ) async throws -> TextEngine {
    var options = EngineOptions(
      modelPath: TestParts.smolLM2.path, modelName: "target", modelSHA256: nil, isTrusted: true, contextTokens: 1_024,
      cacheFolder: nil, threads: 2, maximumQueue: 4, log: { _, _ in }, onHang: { _ in })
    options.draftTransport = transport
    options.speculation = speculation
    return try await TextEngine.load(options)
  }

  @Test func `random requests give the texts of plain decoding, whatever came before and whoever dies`() async throws {
    let plain = try await Self.engine(nil, speculation: .off)
    let draft = MortalDraft(engine: try await Self.engine(nil, speculation: .off), seed: 3)
    let guessing = try await Self.engine(draft, speculation: .cost)
    let alone = try await Self.engine(nil, speculation: .cost)
    try #require(try await guessing.exactTokens() == .max)
    try #require(try await alone.exactTokens() == .max)
    var random = SeededGenerator(seed: 11)
    var text = ""
    var verified: UInt64 = 0
    var drafters: Set<String> = []
    let count = rounds(12, soak: 1_000)
    for round in 0..<count {
      if text.isEmpty || text.utf8.count > 1_500 || Int.random(in: 0..<3, using: &random) == 0 {
        text = Self.openings.randomElement(using: &random) ?? ""
      }
      let seed = random.next()
      let (expected, _) = await Self.answer(plain, Self.request(seed, text: text, speculation: .off))
      let mode = [SpeculationMode.cost, .acceptance].randomElement(using: &random) ?? .cost
      for engine in [guessing, alone] {
        let (answer, report) = await Self.answer(engine, Self.request(seed, text: text, speculation: mode))
        #expect(answer == expected, "round \(round), \(mode)")
        verified += report?.verifyCalls ?? 0
        drafters.formUnion((report?.drafters ?? []).map(\.name))
      }
      text += String(expected.drop { $0 != " " }) + [" And then", "\n", " 1, 2, 3,"][round % 3]
    }
    #expect(verified > 20 && drafters.isSuperset(of: ["grammar", "recurrence"]))
    #expect(count < 1_000 || draft.deaths.withLock { $0 } > 0)
  }

  @Test func `a prompt that is continued gives what the whole prompt gives`() async throws {
    let warm = try await RealModel.load(contextTokens: 1_024)
    let text = Self.openings[6]
    var request = RealModel.request(.text(text)) { $0.maxTokens = 16 }
    request.speculation = .off
    let first = try await warm.outcome(of: request)
    let again = try await warm.outcome(of: request)
    #expect(again.text == first.text && again.cachedTokens > 200)
    for words in [5, 70, 120] {
      let cold = try await RealModel.load(contextTokens: 1_024)
      let longer = text + (1...words).map { "word\($0)" }.joined(separator: " ")
      var request = RealModel.request(.text(longer)) {
        $0.maxTokens = 24
        $0.temperature = 1.2
        $0.seed = 5
      }
      request.speculation = .off
      let continued = try await warm.outcome(of: request)
      let whole = try await cold.outcome(of: request)
      #expect(continued.text == whole.text && continued.cachedTokens > 100 && whole.cachedTokens == 0)
    }
  }
}
