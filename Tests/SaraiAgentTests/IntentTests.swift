import SaraiAgent
import SaraiCore
import Synchronization
import Testing

/// Answers one question and keeps what it was asked.
final class OneAnswer: IntentAnswering {
  let question: String
  let fault: SaraiError?
  private let asked = Mutex<[(String, Language, CivilDateTime)]>([])

  init(to question: String, fault: SaraiError? = nil) {
    self.question = question
    self.fault = fault
  }

  var calls: [(question: String, language: Language, now: CivilDateTime)] {
    asked.withLock { $0.map { (question: $0.0, language: $0.1, now: $0.2) } }
  }

  func answer(_ question: String, language: Language, now: CivilDateTime) async throws -> IntentAnswer? {
    asked.withLock { $0.append((question, language, now)) }
    if let fault { throw fault }
    return question == self.question ? IntentAnswer(text: "71,4", skill: "calc", details: "21 × 340") : nil
  }
}

@Suite struct TurnIntentTests {
  let now = CivilDateTime(secondsSince1970: 1_773_149_400, utcOffsetSeconds: 3600)
  let model = WordModel(contexts: ["expert_short": 1000, "words": 1000])

  private func run(_ request: Turn.Request, _ source: any IntentAnswering) async throws -> Turn.Reply {
    try await Turn(models: model, intents: TurnIntents(source: source, now: { [now] in now })).run(request)
  }

  private func request(_ messages: [Message], model: String = Turn.sarai) -> Turn.Request {
    Turn.Request(messages: messages, model: model, language: .english, client: "a", requestID: "1")
  }

  @Test func `a question that a skill answers exactly never reaches the model`() async throws {
    let source = OneAnswer(to: "2+2")
    let reply = try await run(
      request([Message(.user, "hi"), Message(.assistant, "hello"), Message(.user, "2+2")]), source)
    var events: [GenerationEvent] = []
    for try await event in reply.events { events.append(event) }
    #expect(reply.role == "calc")
    #expect(reply.intent?.details == "21 × 340")
    #expect(events.count == 3)
    #expect(events.first == .started(promptTokens: 0, cachedTokens: 0))
    #expect(events[1] == .text("71,4"))
    guard case .finished(let summary)? = events.last else {
      Issue.record("the answer has no end")
      return
    }
    #expect(summary.finishReason == .stop)
    #expect(summary.usage == Usage(promptTokens: 0, cachedTokens: 0, completionTokens: 0))
    #expect(model.lastRequest == nil)
    #expect(source.calls.count == 1)
    #expect(source.calls.first?.language == .english)
    #expect(source.calls.first?.now == now)
  }

  @Test func `a question that no skill takes goes to the model with the persona`() async throws {
    let reply = try await run(request([Message(.user, "hola")]), OneAnswer(to: "2+2"))
    #expect(reply.intent == nil)
    #expect(reply.role == "expert_short")
    #expect(model.lastRequest != nil)
  }

  @Test func `a client that names a model, brings a system prompt or gives tool results gets the model's words`()
    async throws
  {
    let source = OneAnswer(to: "2+2")
    _ = try await run(request([Message(.user, "2+2")], model: "words"), source)
    _ = try await run(request([Message(.system, "sé breve"), Message(.user, "2+2")]), source)
    _ = try await run(request([Message(.user, "2+2"), Message(.assistant, "4")]), source)
    _ = try await run(request([Message(.tool, "4"), Message(.user, "2+2")]), source)
    #expect(source.calls.isEmpty)
  }

  @Test func `a client that steers the choice of tokens gets the model's words`() async throws {
    let source = OneAnswer(to: "2+2")
    var asked = request([Message(.user, "2+2")])
    var biased = SamplingParameters()
    biased.logitBias = [3: -100]
    asked.sampling = biased
    _ = try await run(asked, source)
    var stopped = SamplingParameters()
    stopped.stop = ["\n"]
    asked.sampling = stopped
    _ = try await run(asked, source)
    #expect(source.calls.isEmpty)
  }

  @Test(arguments: [1, 2, 100])
  func `a limit of tokens is the model's, and lets it invent nothing where a skill knows`(tokens: Int) async throws {
    var asked = request([Message(.user, "2+2")])
    var sampling = SamplingParameters()
    sampling.maxTokens = tokens
    asked.sampling = sampling
    #expect(try await run(asked, OneAnswer(to: "2+2")).intent != nil)
  }

  @Test func `a skill that fails is told of, and the model answers`() async throws {
    let failures = Mutex<[String]>([])
    let source = OneAnswer(to: "2+2", fault: SaraiError(.engineFailed, es: "murió", en: "died"))
    let intents = TurnIntents(source: source, now: { [now] in now }) { error in
      failures.withLock { $0.append("\(error)") }
    }
    let reply = try await Turn(models: model, intents: intents).run(request([Message(.user, "2+2")]))
    #expect(reply.intent == nil)
    #expect(failures.withLock { $0 } == ["engine_failed: died"])
  }

  @Test func `skills are asked in order, each only what its gate lets through, and one that fails is passed over`()
    async throws
  {
    let numbers = try IntentGate([IntentDeclaration(name: "numbers", groups: [["#"]], examples: [])])
    let all = try IntentGate(
      [IntentDeclaration(name: "all", groups: [["#", "hola"]], examples: [])], maxQuestionBytes: 10)
    let failing = OneAnswer(to: "2+2", fault: SaraiError(.engineFailed, es: "murió", en: "died"))
    let working = OneAnswer(to: "2+2")
    let failures = Mutex(0)
    let intents = GatedIntents([(numbers, failing), (all, working)]) { _ in failures.withLock { $0 += 1 } }
    #expect(try await intents.answer("2+2", language: .spanish, now: now)?.skill == "calc")
    #expect(try await intents.answer("hola", language: .spanish, now: now) == nil)
    #expect(try await intents.answer("2 and many more bytes", language: .spanish, now: now) == nil)
    #expect(try await intents.answer("nada", language: .spanish, now: now) == nil)
    #expect(failing.calls.map(\.question) == ["2+2", "2 and many more bytes"])
    #expect(working.calls.map(\.question) == ["2+2", "hola"])
    #expect(failures.withLock { $0 } == 2)
  }
}

@Suite struct IntentGateTests {
  private func gate(_ groups: [[String]], examples: [String] = []) throws -> IntentGate {
    try IntentGate([
      IntentDeclaration(name: "x", groups: groups, examples: examples.map { .init(language: .spanish, text: $0) })
    ])
  }

  @Test(arguments: [
    ("¿Cuánto es el 21 % de 340?", true), ("CUA\u{301}NTO ES 3", true), ("cuantos son ３", true),
    ("cuánto es mucho", false),
    ("tengo 3", false), ("", false), ("a cuánta 5", true),
  ])
  func `a question passes with one cue of each group, whatever its accents and case`(question: String, passes: Bool)
    throws
  {
    #expect(try gate([["#"], ["cuánt*", "%"]]).passes(question) == passes)
  }

  @Test func `a phrase passes only with its words side by side`() throws {
    let gate = try gate([["días hasta", "what's"]])
    #expect(gate.passes("cuántos DIAS hasta navidad"))
    #expect(gate.passes("What’s new"))
    #expect(!gate.passes("días y hasta"))
    #expect(!gate.passes("días"))
  }

  @Test func `examples that their own intent holds back are told`() throws {
    #expect(try gate([["#"]], examples: ["2 + 2", "dos más dos"]).examplesHeldBack().map(\.text) == ["dos más dos"])
  }

  @Test func `declarations without groups or cues, and oversized ones, are refused by name`() throws {
    let wrong: [[[String]]] = [
      [], [[]], [[""]], [["a b*"]], [["  "]], [[String(repeating: "a", count: 65)]],
      Array(repeating: ["a"], count: 9), [Array(repeating: "a", count: 501)],
    ]
    for groups in wrong {
      let error = #expect(throws: SaraiError.self) { try gate(groups) }
      #expect(error?.code == .corruptFile)
      #expect(error?.subject == "x")
    }
  }

  @Test func `a question of a megabyte is not read`() throws {
    #expect(try !gate([["#"]]).passes(String(repeating: "1 ", count: 500_000)))
  }
}
