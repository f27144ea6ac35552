import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

/// The same requests with guessing and without, on the real default model.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SpeculationTests {
  /// One model and one context, used from one test at a time.
  final class Workbench {
    let model: LlamaModel
    let memory: PromptMemory
    let economics: DraftEconomics
    let exactTokens: Int
    let list: ListConstraint

    init(contextTokens: Int = 768) throws {
      LlamaLibrary.start { _, _ in }
      model = try LlamaModel(path: TestParts.smolLM2.path)
      let maximum = SpeculationLimits.maximumTokens(vocabularySize: model.facts.vocabularySize)
      memory = PromptMemory(
        context: try LlamaContext(
          model: model, contextTokens: contextTokens, threads: 2, maximumOutputs: maximum))
      economics = DraftEconomics(maximumTokens: maximum)
      var progress = BatchInvariance.Progress()
      exactTokens = try BatchInvariance.provenTokens(
        model: model, threads: [2], progress: &progress, cancellation: Cancellation())
      list = ListConstraint(model: model)
    }

    func run(_ job: GenerationJob, cancellation: Cancellation = Cancellation()) throws -> Answer {
      memory.clear()
      var text = ""
      let summary = try Generation(
        memory: memory, store: nil, governor: ThreadGovernor(maximum: 2, fixed: 2), statistics: EngineStatistics(),
        cancellation: cancellation, economics: economics, exactTokens: exactTokens
      ).run(job) { if case .text(let more) = $0 { text += more } }
      return Answer(
        text: text, reason: summary.finishReason, tokens: summary.usage.completionTokens, memory: memory.tokens,
        report: summary.speculation)
    }
  }

  struct Answer {
    var text: String
    var reason: GenerationSummary.FinishReason
    var tokens: Int
    var memory: [Int32]
    var report: SpeculationReport?

    func isSame(as other: Answer) -> Bool {
      text == other.text && reason == other.reason && tokens == other.tokens && memory == other.memory
    }
  }

  /// Guesses that are now right, now wrong, now nonsense.
  final class WildDrafter: Drafter {
    let name = "wild"
    let startingEvidence: Int? = nil
    private var random: SeededGenerator
    private let text: [Int32]
    private let vocabularySize: Int32
    private var count = 0

    init(text: [Int32], seed: UInt64, vocabularySize: Int) {
      self.text = text
      self.vocabularySize = Int32(vocabularySize)
      random = SeededGenerator(seed: seed)
    }

    func extend(_ tokens: ArraySlice<Int32>) { count += tokens.count }

    func propose(after pending: [Int32], limit: Int, deadline: ContinuousClock.Instant) -> Draft {
      var tokens = Array(text.dropFirst(count + pending.count).prefix(min(limit, 12)))
      if !tokens.isEmpty, Bool.random(using: &random) {
        tokens[.random(in: tokens.indices, using: &random)] = .random(in: 0..<vocabularySize, using: &random)
      }
      return Draft(tokens: tokens, evidence: 20)
    }
  }

  static let texts = [
    "Repeat this sentence three times: the quick brown fox jumps over the lazy dog near the river bank.",
    "Once upon a time there was a lighthouse keeper who",
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,",
    "El perro de San Roque no tiene rabo. El perro de San Roque no tiene",
    "name: Ana, age: 31\nname: Luis, age: 27\nname: Marta, age: 45\nname:",
    "def add(a, b):\n    return a + b\n\ndef sub(a, b):\n    return a - b\n\ndef mul(a, b):\n",
  ]

  private func job(_ bench: Workbench, seed: UInt64) throws -> GenerationJob {
    var random = SeededGenerator(seed: seed)
    var sampling = SamplingParameters()
    sampling.temperature = [0, 0.3, 0.8, 1.3].randomElement(using: &random) ?? 0
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
    sampling.stop = [[], [], ["."], ["\n\n", " the"], ["7"]].randomElement(using: &random) ?? []
    sampling.maxTokens = .random(in: 1...40, using: &random)
    sampling.seed = random.next()
    let isList = Int.random(in: 0..<3, using: &random) == 0
    if isList { sampling.maxTokens = .random(in: 3...24, using: &random) }
    let prompt = try bench.model.tokenize(
      continuing: Self.texts.randomElement(using: &random) ?? "")
    return GenerationJob(
      prompt: prompt, staticTokens: 0, sampling: sampling, constraint: isList ? bench.list.fresh() : nil)
  }

  @Test func `guessing changes no text, whatever the request and whoever guesses`() throws {
    let bench = try Workbench()
    try #require(bench.exactTokens > 0)
    var verified: UInt64 = 0
    var accepted: UInt64 = 0
    var refused: UInt64 = 0
    for round in 0..<rounds(24, soak: 1_000) {
      let plain = try bench.run(try job(bench, seed: UInt64(round)))
      #expect(plain.report == nil)
      for mode in [SpeculationMode.cost, .acceptance] {
        var guessed = try job(bench, seed: UInt64(round))
        guessed.speculation = mode
        if round % 2 == 0 {
          let (text, size) = (plain.memory, bench.model.facts.vocabularySize)
          guessed.moreDrafters = { [WildDrafter(text: text, seed: UInt64(round), vocabularySize: size)] }
        }
        let answer = try bench.run(guessed)
        #expect(answer.isSame(as: plain), "round \(round), \(mode): \(answer.text) instead of \(plain.text)")
        verified += answer.report?.verifyCalls ?? 0
        accepted += answer.report?.accepted ?? 0
        refused += (answer.report?.proposed ?? 0) - (answer.report?.accepted ?? 0)
      }
    }
    #expect(verified > 50 && accepted > 50 && refused > 20)
  }

  @Test func `the closing comes in time, with guesses and without`() throws {
    let bench = try Workbench()
    for limit in 3...20 {
      for mode in [SpeculationMode.off, .acceptance] {
        var sampling = SamplingParameters()
        sampling.temperature = 1
        sampling.seed = UInt64(limit)
        sampling.maxTokens = limit
        // No bracket of its own accord.
        for token in try bench.model.tokenize("] ],]", addSpecial: false, parseSpecial: false) {
          sampling.logitBias[token] = -30
        }
        let prompt = try bench.model.tokenize(continuing: "Numbers: ")
        let job = GenerationJob(
          prompt: prompt, staticTokens: 0, sampling: sampling, constraint: bench.list.fresh(), speculation: mode)
        let answer = try bench.run(job)
        #expect(answer.text.wholeMatch(of: /\[[0-9]+(, [0-9]+)*\]/) != nil, "\(limit): \(answer.text)")
        #expect(answer.tokens <= limit)
      }
    }
  }

  @Test func `rows of a batch are what single tokens give, and what is taken back leaves no trace`() throws {
    let bench = try Workbench()
    let context = bench.memory.context
    let tokens = try bench.model.tokenize(continuing: Self.texts[0])
    let none = Cancellation()
    var alone: [[Float]] = []
    for (position, token) in tokens.enumerated() {
      try context.decode([token][...], at: position, outputs: 1, cancellation: none)
      alone.append(Array(try context.logits()))
    }
    context.clearMemory()
    try context.decode(tokens[..<5], at: 0, outputs: 5, cancellation: none)
    for row in 0..<5 { #expect(Array(try context.logits(row: row)) == alone[row]) }
    #expect(throws: SaraiError.self) { try context.logits(row: 5) }
    try context.decode([7, 8, 9][...], at: 5, outputs: 3, cancellation: none)
    #expect(context.truncate(to: 5))
    try context.decode(tokens[5..<9], at: 5, outputs: 2, cancellation: none)
    #expect(Array(try context.logits(row: 0)) == alone[7])
    #expect(Array(try context.logits(row: 1)) == alone[8])
    let many = [Int32](repeating: 3, count: context.maximumOutputs + 1)
    #expect(throws: SaraiError.self) {
      try context.decode(many[...], at: 9, outputs: many.count, cancellation: none)
    }
  }

  @Test func `batches are the same bits as single tokens in any context`() throws {
    let bench = try Workbench()
    #expect(bench.exactTokens == .max)
  }

  @Test func `an attempt at the proof gives way to a request, and is kept when it ends`() async throws {
    try await withTemporaryFolder { folder in
      let engine = try await RealModel.load(cache: folder, sha256: "proof")
      let outcome = try await engine.outcome(of: RealModel.request(.text(Self.texts[2])))
      let exact = try #require(try await engine.exactTokens())
      #expect(exact > 0)
      let file = try #require(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasPrefix("batches-") })
      #expect(
        try String(contentsOf: folder.appending(path: file), encoding: .utf8)
          == (exact == .max ? "all\n" : "\(exact)\n"))
      // Counting goes on as it began: guessed by what stood before.
      let guessed = try await engine.outcome(of: RealModel.request(.text(Self.texts[2])))
      #expect(guessed.text == outcome.text)
      var plain = RealModel.request(.text(Self.texts[2]))
      plain.speculation = .off
      let off = try await engine.outcome(of: plain)
      #expect(off.text == outcome.text && off.summary.speculation == nil)
      // Given way at once: the request does not wait for the attempt.
      let cancelled = Cancellation()
      cancelled.cancel()
      let model = try LlamaModel(path: TestParts.smolLM2.path)
      var progress = BatchInvariance.Progress()
      #expect(throws: CancellationError.self) {
        try BatchInvariance.provenTokens(model: model, threads: [2], progress: &progress, cancellation: cancelled)
      }
      // Where every attempt is broken off, each that finishes its step comes further.
      var attempts = 0
      var found: Int?
      while found == nil, attempts < 20 {
        attempts += 1
        found = try? BatchInvariance.provenTokens(
          model: model, threads: [2], progress: &progress, firstStep: Cancellation(), cancellation: cancelled)
      }
      #expect(found == exact && attempts > 1)
    }
  }

  /// Never answers in time.
  final class DeadDrafter: Drafter {
    let name = "dead"
    let startingEvidence: Int? = 20
    private(set) var asked = 0

    func extend(_ tokens: ArraySlice<Int32>) {}

    func propose(after pending: [Int32], limit: Int, deadline: ContinuousClock.Instant) -> Draft {
      asked += 1
      while ContinuousClock.now < deadline {}
      return .none
    }
  }

  @Test func `a drafter that never answers is soon asked hardly ever`() throws {
    let bench = try Workbench()
    var sampling = SamplingParameters()
    sampling.temperature = 1
    sampling.seed = 5
    sampling.maxTokens = 120
    let prompt = try bench.model.tokenize(continuing: Self.texts[1])
    let plain = try bench.run(GenerationJob(prompt: prompt, staticTokens: 0, sampling: sampling))
    nonisolated(unsafe) let drafter = DeadDrafter()
    var job = GenerationJob(prompt: prompt, staticTokens: 0, sampling: sampling, speculation: .cost)
    job.moreDrafters = { return [drafter] }
    let answer = try bench.run(job)
    #expect(answer.isSame(as: plain))
    #expect(drafter.asked > 0 && drafter.asked < answer.tokens / 2)
    #expect(bench.economics.totals.draftLatency.counts.reduce(0, +) == UInt64(drafter.asked))
  }
}
