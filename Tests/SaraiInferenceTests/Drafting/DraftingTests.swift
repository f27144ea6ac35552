import Foundation
import SaraiCore
import Synchronization
import TestSupport
import Testing

@testable import SaraiInference

/// A draft model in its role, and what becomes of its guesses, on the real default model.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DraftingTests {
  private static let prompts = [
    "Once upon a time there was a lighthouse keeper who",
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,",
    "El perro de San Roque no tiene rabo. El perro de San Roque no tiene",
  ]

  private static func sampling(_ temperature: Float, seed: UInt64) -> SamplingParameters {
    var sampling = SamplingParameters()
    sampling.temperature = temperature
    sampling.seed = seed
    return sampling
  }

  private static func request(_ prompt: [Int32], _ sampling: SamplingParameters, _ tokens: Int) -> GenerationRequest {
    RealModel.request(.tokens(prompt)) {
      $0 = sampling
      $0.maxTokens = tokens
    }
  }

  /// Knows how texts go on, and answers as the test wants.
  private final class Oracle: DraftTransport {
    enum Answer: CaseIterable {
      case right, wrong, nonsense, none, unknown, failure, never
    }

    let vocabulary: VocabularyIdentity
    private let texts: [[Int32]]
    private let answers: Mutex<(random: SeededGenerator, kinds: [Answer])>
    private let known = Mutex<[UInt64: [Int32]]>([:])
    let counts = Mutex<[Answer: Int]>([:])

    init(_ texts: [[Int32]], vocabulary: VocabularyIdentity, answers: [Answer], seed: UInt64 = 1) {
      self.texts = texts
      self.vocabulary = vocabulary
      self.answers = Mutex((SeededGenerator(seed: seed), answers))
    }

    func check(_ vocabulary: VocabularyIdentity) async throws -> Int {
      guard vocabulary == self.vocabulary else { throw SaraiError(.notAvailable, es: "no", en: "no") }
      return 4_096
    }

    func propose(_ request: DraftRequest) async throws -> DraftReply {
      let text = known.withLock { known -> [Int32]? in
        guard let before = known[request.textID] ?? (request.keep == 0 ? [] : nil), before.count >= request.keep else {
          return nil
        }
        known[request.textID] = before.prefix(request.keep) + request.tokens
        return known[request.textID]
      }
      guard let text else { return .unknownText }
      let answer = answers.withLock { $0.kinds.randomElement(using: &$0.random) ?? .none }
      counts.withLock { $0[answer, default: 0] += 1 }
      let next = texts.first { $0.starts(with: text) }.map { Array($0[text.count...].prefix(request.count)) } ?? []
      switch answer {
      case .right: return .guesses(next)
      case .wrong: return .guesses(next.map { $0 == 7 ? 8 : 7 })
      case .nonsense: return .guesses([-1, Int32.max, 3])
      case .none: return .guesses([])
      case .unknown:
        known.withLock { $0[request.textID] = nil }
        return .unknownText
      case .failure: throw SaraiError(.engineFailed, es: "muerto", en: "dead")
      case .never:
        try await Task.sleep(for: .seconds(3_600))
        return .unknownText
      }
    }
  }

  private static func target(_ transport: (any DraftTransport)?) async throws -> TextEngine {
    var options = EngineOptions(
      modelPath: TestParts.smolLM2.path, modelName: "target", modelSHA256: nil, isTrusted: true, contextTokens: 768,
      cacheFolder: nil, threads: 2, maximumQueue: 4, log: { _, _ in }, onHang: { _ in })
    options.draftTransport = transport
    if transport == nil { options.speculation = .off }
    return try await TextEngine.load(options)
  }

  @Test func `a draft model guesses what it would have drawn itself`() async throws {
    let engine = try await Self.target(nil)
    let server = DraftServer(engine: engine)
    for (index, prompt) in Self.prompts.enumerated() {
      let tokens = try await engine.tokenize(prompt, addSpecial: true, parseSpecial: false)
      for temperature in [Float(0), 0.9] {
        let sampling = Self.sampling(temperature, seed: UInt64(index))
        let plain = try await engine.outcome(of: Self.request(tokens, sampling, 12))
        let id = UInt64(index * 2) + (temperature > 0 ? 1 : 0)
        func propose(_ keep: Int, _ tokens: [Int32], _ count: Int) async throws -> DraftReply {
          try await server.propose(
            DraftRequest(textID: id, keep: keep, tokens: tokens, count: count, sampling: sampling))
        }
        guard case .guesses(let guesses) = try await propose(0, tokens, 12) else {
          Issue.record("unknown text")
          return
        }
        #expect(try await engine.detokenize(guesses).hasPrefix(plain.text))
        // Told of the first five, it goes on from there; told of others, it takes its own back.
        let rest = try await propose(tokens.count, Array(guesses.prefix(5)), 7)
        #expect(rest == .guesses(Array(guesses.dropFirst(5))))
        #expect(try await propose(tokens.count, [], 12) == .guesses(guesses))
        #expect(try await propose(tokens.count + 100, [], 1) == .unknownText)
      }
    }
    await #expect(throws: SaraiError.self) {
      _ = try await server.propose(
        DraftRequest(textID: 9, keep: 0, tokens: [-5], count: 1, sampling: Self.sampling(0, seed: 0)))
    }
    await #expect(throws: SaraiError.self) {
      _ = try await server.propose(
        DraftRequest(textID: 9, keep: 0, tokens: [5], count: 1_000, sampling: Self.sampling(0, seed: 0)))
    }
  }

  @Test func `models of different vocabularies are not paired, with the reason`() async throws {
    let engine = try await Self.target(nil)
    let own = engine.vocabularyIdentity
    let server = DraftServer(engine: engine)
    #expect(try server.check(own) == 768)
    for other in [
      VocabularyIdentity(modelName: "other", size: own.size + 1, sha256: own.sha256),
      VocabularyIdentity(modelName: "other", size: own.size, sha256: own.sha256.reversed()),
    ] {
      let error = #expect(throws: SaraiError.self) { try server.check(other) }
      #expect(error?.code == .notAvailable && error?.message.en.contains("vocabularies differ") == true)
    }
    // Whoever asks hears it once, and never asks again.
    let refusals = OneShot<SaraiError>()
    let oracle = Oracle(
      [], vocabulary: VocabularyIdentity(modelName: "other", size: 3, sha256: []), answers: [.right])
    let link = DraftLink(transport: oracle, vocabulary: { own }, onRefusal: { refusals.set($0) })
    let drafter = RemoteDrafter(
      link: link, sampling: Self.sampling(0, seed: 0), seed: 0, vocabularySize: own.size)
    drafter.extend([1, 2, 3])
    #expect(drafter.propose(after: [], limit: 4, deadline: .now + .seconds(5)) == .none)
    #expect(await refusals.wait().code == .notAvailable)
    #expect(drafter.propose(after: [], limit: 4, deadline: .now + .seconds(5)) == .none)
    #expect(oracle.counts.withLock { $0.isEmpty })
  }

  @Test func `guesses that come late are used as far as the text went their way`() async throws {
    let vocabulary = VocabularyIdentity(modelName: "x", size: 100, sha256: [])
    let texts = [Array(Int32(0)..<60)]
    let oracle = Oracle(texts, vocabulary: vocabulary, answers: [.right])
    let link = DraftLink(transport: oracle, vocabulary: { vocabulary }, onRefusal: { _ in })
    let drafter = RemoteDrafter(link: link, sampling: Self.sampling(0, seed: 0), seed: 0, vocabularySize: 100)
    drafter.extend([0, 1, 2])
    // The first call only begins to find out whether the models fit.
    while drafter.propose(after: [], limit: 4, deadline: .now + .seconds(5)).tokens.isEmpty { await Task.yield() }
    drafter.extend([3, 4])
    // Two of the four are left.
    #expect(drafter.propose(after: [], limit: 4, deadline: .now) == Draft(tokens: [5, 6], evidence: 6))
    drafter.extend([99])
    var draft = drafter.propose(after: [], limit: 4, deadline: .now + .seconds(5))
    #expect(draft == .none)
    // Guesses after somebody else's are not its business.
    #expect(drafter.propose(after: [1], limit: 4, deadline: .now + .seconds(5)) == .none)

    let fresh = RemoteDrafter(link: link, sampling: Self.sampling(0, seed: 0), seed: 0, vocabularySize: 4)
    fresh.extend([0, 1])
    draft = fresh.propose(after: [], limit: 6, deadline: .now + .seconds(30))
    // What is no token is not passed on.
    #expect(draft.tokens == [2, 3])
  }

  @Test func `whatever a draft model does, the text is the same`() async throws {
    let plain = try await Self.target(nil)
    var texts: [[Int32]] = []
    var jobs: [(GenerationRequest, String)] = []
    for (index, prompt) in Self.prompts.enumerated() {
      let tokens = try await plain.tokenize(prompt, addSpecial: true, parseSpecial: false)
      for temperature in [Float(0), 0.8] {
        let request = Self.request(tokens, Self.sampling(temperature, seed: UInt64(index) + 40), 48)
        let outcome = try await plain.outcome(of: request)
        jobs.append((request, outcome.text))
        let continuation = try await plain.tokenize(outcome.text, addSpecial: false, parseSpecial: false)
        texts.append(tokens + continuation)
      }
    }
    for answers in [[Oracle.Answer.right], Oracle.Answer.allCases] {
      let oracle = Oracle(texts, vocabulary: plain.vocabularyIdentity, answers: answers)
      let target = try await Self.target(oracle)
      try #require(try await target.exactTokens() ?? 0 > 0)
      for round in 0..<rounds(2, soak: 40) {
        for (request, text) in jobs {
          let outcome = try await target.outcome(of: request)
          #expect(outcome.text == text, "round \(round)")
        }
      }
    }
  }
}
