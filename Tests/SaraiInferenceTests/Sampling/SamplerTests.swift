import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

@Suite struct SamplerTests {
  private func parameters(_ change: (inout SamplingParameters) -> Void) -> SamplingParameters {
    var parameters = SamplingParameters()
    parameters.seed = 42
    change(&parameters)
    return parameters
  }

  private func draw(_ sampler: Sampler, _ logits: [Float], position: Int = 0) throws -> Int32 {
    try logits.withUnsafeBufferPointer { try sampler.sample(logits: $0, position: position) }
  }

  /// The tokens that come up when every candidate has a fair chance.
  private func support(_ logits: [Float], draws: Int = 400, _ change: (inout SamplingParameters) -> Void) throws
    -> Set<Int32>
  {
    let sampler = try Sampler(parameters: parameters(change), vocabularySize: logits.count)
    return Set(try (0..<draws).map { try draw(sampler, logits, position: $0) })
  }

  // MARK: Greedy

  @Test func `temperature 0 takes the largest logit, the lowest id of equals`() throws {
    let sampler = try Sampler(parameters: parameters { $0.temperature = 0 }, vocabularySize: 6)
    #expect(try draw(sampler, [1, 3, 2, 3, -1, 3]) == 1)
    #expect(try draw(sampler, [-0.0, 0.0, -1, -1, -1, -1]) == 0)
    #expect(try draw(sampler, [-5, -4, -3, -2, -1, -.infinity]) == 4)
    #expect(try draw(sampler, Array(repeating: -.greatestFiniteMagnitude, count: 6)) == 0)
  }

  @Test func `greedy agrees with a plain search over large vocabularies`() throws {
    var random = SeededGenerator(seed: 1)
    for size in [1, 255, 256, 257, 1000, 5003] {
      let sampler = try Sampler(parameters: parameters { $0.temperature = 0 }, vocabularySize: size)
      for _ in 0..<10 {
        // Few distinct values: many equals.
        let logits = (0..<size).map { _ in Float(Int.random(in: -20...20, using: &random)) / 4 }
        let expected = logits.firstIndex(of: logits.max()!)!
        #expect(try draw(sampler, logits) == Int32(expected))
      }
    }
  }

  // MARK: The draw

  @Test(arguments: [(1, 1.0), (2, 0.5), (3, 2.0)] as [(UInt64, Double)])
  func `frequencies follow the softmax at the temperature`(seed: UInt64, temperature: Double) throws {
    let logits: [Float] = [2, 1, 0.5, 0, -1, -2, 1.5, 0.25]
    let sampler = try Sampler(
      parameters: parameters {
        $0.temperature = Float(temperature)
        $0.seed = seed
      }, vocabularySize: 8)
    let draws = rounds(8000, soak: 1_000_000)
    var counts = [Double](repeating: 0, count: 8)
    for position in 0..<draws { counts[Int(try draw(sampler, logits, position: position))] += 1 }
    let weights = logits.map { exp(Double($0) / temperature) }
    let total = weights.reduce(0, +)
    let chiSquared = zip(counts, weights).reduce(0) { sum, pair in
      let expected = Double(draws) * pair.1 / total
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
    // Seven degrees of freedom: above 29.9 in one of 10,000.
    #expect(chiSquared < 29.9, "\(counts)")
  }

  @Test func `the seed and the position decide, and nothing that was drawn before`() throws {
    var random = SeededGenerator(seed: 5)
    let logits = (0..<500).map { _ in Float.random(in: -2...2, using: &random) }
    let first = try Sampler(parameters: parameters { _ in }, vocabularySize: 500)
    let forwards = try (0..<50).map { try draw(first, logits, position: $0) }
    let second = try Sampler(parameters: parameters { _ in }, vocabularySize: 500)
    let backwards = try (0..<50).reversed().map { try draw(second, logits, position: $0) }
    #expect(forwards == backwards.reversed())
    #expect(Set(forwards).count > 30)
    let other = try Sampler(parameters: parameters { $0.seed = 43 }, vocabularySize: 500)
    #expect(try (0..<50).map { try draw(other, logits, position: $0) } != forwards)
  }

  @Test func `without a seed one is drawn and told`() throws {
    let sampler = try Sampler(parameters: SamplingParameters(), vocabularySize: 100)
    let logits = [Float](repeating: 0, count: 100)
    let again = try Sampler(parameters: parameters { $0.seed = sampler.seed }, vocabularySize: 100)
    for position in 0..<20 {
      let token = try draw(sampler, logits, position: position)
      #expect(try draw(again, logits, position: position) == token)
    }
  }

  /// The same choice the slow way: sort, filter, add the noise of each candidate.
  private func reference(_ logits: [Float], _ parameters: SamplingParameters, position: Int) -> Int32 {
    var kept = logits.indices.filter { logits[$0] > -.infinity }
      .sorted { (logits[$1], $0) < (logits[$0], $1) }
    let top = logits[kept[0]]
    if parameters.topK > 0 { kept = Array(kept.prefix(parameters.topK)) }
    if parameters.topP < 1 {
      let weights = kept.map { exp(Double(logits[$0] - top)) }
      let limit = weights.reduce(0, +) * Double(parameters.topP)
      var sum = 0.0
      kept = zip(kept, weights).filter { pair in
        defer { sum += pair.1 }
        return sum < limit
      }.map(\.0)
    }
    if parameters.minP > 0 {
      kept = kept.filter { Double(logits[$0] - top) >= log(Double(parameters.minP)) }
    }
    let seed = parameters.seed!
    let scores = kept.map { token -> Double in
      let words = Philox.words(
        counter: SIMD4(UInt32(token / 4), UInt32(position), 0, 0),
        key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
      let quantile = (Double(words[token % 4]) + 0.5) / 4_294_967_296
      return Double(logits[token]) / Double(parameters.temperature) - log(-log(quantile))
    }
    return Int32(kept[scores.indices.max { scores[$0] < scores[$1] }!])
  }

  @Test func `all shortcuts choose what the definition chooses`() throws {
    var random = SeededGenerator(seed: 77)
    for round in 0..<rounds(160, soak: 20_000) {
      let size = [7, 300, 1500].randomElement(using: &random)!
      let spread = Float.random(in: 0.5...20, using: &random)
      let logits = (0..<size).map { _ in Float.random(in: -spread...spread, using: &random) }
      let chosen = parameters {
        $0.seed = random.next()
        $0.temperature = [0.1, 0.7, 1, 1.5, 2].randomElement(using: &random)!
        $0.topK = [0, 0, 1, 5, 40, 1000].randomElement(using: &random)!
        $0.topP = [1, 1, 0.95, 0.5, 0.01].randomElement(using: &random)!
        $0.minP = [0, 0, 0.05, 0.5].randomElement(using: &random)!
      }
      let sampler = try Sampler(parameters: chosen, vocabularySize: size)
      for position in 0..<3 {
        #expect(
          try draw(sampler, logits, position: position) == reference(logits, chosen, position: position),
          "round \(round): \(chosen)")
      }
    }
  }

  // MARK: Filters

  @Test func `top-k keeps the k largest, the lowest ids of equals`() throws {
    #expect(try support([1, 2, 2, 2, 0]) { $0.topK = 2 } == [1, 2])
    #expect(try support([1, 2, 2, 2, 0]) { $0.topK = 4 } == [0, 1, 2, 3])
    #expect(try support([1, 2, 2, 2, 0]) { $0.topK = 99 } == [0, 1, 2, 3, 4])
    #expect(try support([1, 2, 2, 2, 0]) { $0.topK = 1 } == [1])
  }

  @Test func `top-p keeps the smallest set that reaches p`() throws {
    // Probabilities 1/2, 1/4, 1/8, 1/8.
    let logits = [0.5, 0.25, 0.125, 0.125].map { Float(log($0)) }
    #expect(try support(logits) { $0.topP = 0.49 } == [0])
    #expect(try support(logits) { $0.topP = 0.51 } == [0, 1])
    #expect(try support(logits) { $0.topP = 0.76 } == [0, 1, 2])
    #expect(try support(logits) { $0.topP = 0.9 } == [0, 1, 2, 3])
    #expect(try support(logits) { $0.topP = .leastNonzeroMagnitude } == [0])
    // Among the two that top-k leaves the first has two thirds.
    let both = try support(logits) {
      $0.topK = 2
      $0.topP = 0.66
    }
    #expect(both == [0])
  }

  @Test func `min-p keeps what is at least that share as likely as the likeliest`() throws {
    let logits = [0.4, 0.3, 0.19, 0.11].map { Float(log($0)) }
    #expect(try support(logits) { $0.minP = 0.5 } == [0, 1])
    #expect(try support(logits) { $0.minP = 0.3 } == [0, 1, 2])
    #expect(try support(logits) { $0.minP = 0.999 } == [0])
    #expect(try support([3, 3, 3]) { $0.minP = 0.999_999_9 } == [0, 1, 2])
  }

  // MARK: Bias and penalties

  @Test func `a bias of 100 forces and of -100 bans`() throws {
    let logits: [Float] = [0, 30, 0, 0]
    #expect(try support(logits) { $0.logitBias = [2: 100] } == [2])
    #expect(try support(logits) { $0.logitBias = [1: -100] } == [0, 2, 3])
    let greedy = try Sampler(
      parameters: parameters {
        $0.temperature = 0
        $0.logitBias = [1: -100, 3: 0.5]
      }, vocabularySize: 4)
    #expect(try draw(greedy, logits) == 3)
  }

  @Test func `banning every token is refused`() throws {
    let sampler = try Sampler(parameters: parameters { $0.logitBias = [0: -100, 1: -100] }, vocabularySize: 2)
    let error = #expect(throws: SaraiError.self) { try draw(sampler, [1, 2]) }
    #expect(error?.code == .invalidRequest && error?.subject == "logit_bias")
  }

  @Test func `the repetition penalty acts once on each of the last 64 tokens, prompt included`() throws {
    var sampler = try Sampler(
      parameters: parameters {
        $0.temperature = 0
        $0.repetitionPenalty = 2
      }, vocabularySize: 200)
    var logits = [Float](repeating: -9, count: 200)
    (logits[0], logits[1], logits[2]) = (4, 3, 1.9)
    #expect(try draw(sampler, logits) == 0)
    sampler.acceptPrompt([0, 0, 0])
    #expect(try draw(sampler, logits) == 1)
    sampler.accept(1)
    // 4 / 2 is still above 1.9: three times in the window count once.
    #expect(try draw(sampler, logits) == 0)
    sampler.acceptPrompt((100..<162).map(Int32.init))
    #expect(try draw(sampler, logits) == 0)
    sampler.accept(180)
    // 64 tokens after the last 0 it is forgotten, and 1 not yet.
    logits[1] = 7.9
    #expect(try draw(sampler, logits) == 0)
    sampler.accept(181)
    #expect(try draw(sampler, logits) == 1)
  }

  @Test func `the repetition penalty makes negative logits more negative`() throws {
    var sampler = try Sampler(
      parameters: parameters {
        $0.temperature = 0
        $0.repetitionPenalty = 1.5
      }, vocabularySize: 2)
    sampler.accept(0)
    #expect(try draw(sampler, [-2, -2.9]) == 1)
  }

  @Test func `presence counts once, frequency every time, and neither looks at the prompt`() throws {
    let logits: [Float] = [2, 1, 0]
    var presence = try Sampler(
      parameters: parameters {
        $0.temperature = 0
        $0.presencePenalty = 1.5
      }, vocabularySize: 3)
    presence.acceptPrompt([0, 0])
    #expect(try draw(presence, logits) == 0)
    for _ in 0..<9 { presence.accept(0) }
    #expect(try draw(presence, logits) == 1)
    presence.accept(1)
    #expect(try draw(presence, logits) == 0)

    var frequency = try Sampler(
      parameters: parameters {
        $0.temperature = 0
        $0.frequencyPenalty = 0.4
      }, vocabularySize: 3)
    frequency.accept(0)
    frequency.accept(0)
    #expect(try draw(frequency, logits) == 0)
    frequency.accept(0)
    #expect(try draw(frequency, logits) == 1)
  }

  @Test func `token ids outside the vocabulary are passed over`() throws {
    var sampler = try Sampler(
      parameters: parameters {
        $0.temperature = 0
        $0.repetitionPenalty = 1.2
        $0.presencePenalty = 1
      }, vocabularySize: 2)
    for token in [-1, 2, .max, .min] as [Int32] { sampler.accept(token) }
    #expect(try draw(sampler, [1, 2]) == 1)
  }

  // MARK: Bad input

  struct OutOfRange: Sendable {
    var field: String
    var change: @Sendable (inout SamplingParameters) -> Void
  }

  @Test(arguments: [
    OutOfRange(field: "temperature") { $0.temperature = -5 },
    OutOfRange(field: "temperature") { $0.temperature = 2.01 },
    OutOfRange(field: "temperature") { $0.temperature = .nan },
    OutOfRange(field: "temperature") { $0.temperature = .infinity },
    OutOfRange(field: "top_k") { $0.topK = -1 },
    OutOfRange(field: "top_p") { $0.topP = 0 },
    OutOfRange(field: "top_p") { $0.topP = 1.1 },
    OutOfRange(field: "top_p") { $0.topP = .nan },
    OutOfRange(field: "min_p") { $0.minP = 1 },
    OutOfRange(field: "min_p") { $0.minP = -0.1 },
    OutOfRange(field: "min_p") { $0.minP = .nan },
    OutOfRange(field: "repetition_penalty") { $0.repetitionPenalty = 0 },
    OutOfRange(field: "repetition_penalty") { $0.repetitionPenalty = 10.1 },
    OutOfRange(field: "repetition_penalty") { $0.repetitionPenalty = .nan },
    OutOfRange(field: "presence_penalty") { $0.presencePenalty = -2.1 },
    OutOfRange(field: "frequency_penalty") { $0.frequencyPenalty = .nan },
    OutOfRange(field: "logit_bias") { $0.logitBias = [10: 1] },
    OutOfRange(field: "logit_bias") { $0.logitBias = [-1: 1] },
    OutOfRange(field: "logit_bias") { $0.logitBias = [1: 100.5] },
    OutOfRange(field: "logit_bias") { $0.logitBias = [1: .nan] },
  ])
  func `a value out of range is refused by its name`(_ value: OutOfRange) {
    let error = #expect(throws: SaraiError.self) {
      try Sampler(parameters: parameters(value.change), vocabularySize: 10)
    }
    #expect(error?.code == .invalidRequest && error?.subject == value.field)
    #expect(error?.message.es.contains("«\(value.field)»") == true)
    #expect(error?.message.en.contains("“\(value.field)”") == true)
  }

  @Test func `the ends of every range are allowed`() throws {
    let low = parameters {
      ($0.temperature, $0.topP, $0.minP, $0.presencePenalty, $0.frequencyPenalty) = (
        0, .leastNormalMagnitude, 0, -2, -2
      )
      $0.logitBias = [0: -100]
    }
    let high = parameters {
      ($0.temperature, $0.topP, $0.topK, $0.presencePenalty, $0.frequencyPenalty) = (2, 1, .max, 2, 2)
      ($0.repetitionPenalty, $0.logitBias) = (10, [9: 100])
    }
    for chosen in [low, high] {
      var sampler = try Sampler(parameters: chosen, vocabularySize: 10)
      sampler.accept(3)
      let token = try draw(sampler, Array(repeating: 1, count: 10))
      #expect((0..<10).contains(token))
    }
  }

  @Test(arguments: [Float.nan, -.nan, .signalingNaN, .infinity], [0, 300, 999])
  func `a logit that is no number says that the model is damaged`(poison: Float, index: Int) throws {
    var logits = [Float](repeating: 1, count: 1000)
    logits[index] = poison
    for temperature: Float in [0, 1] {
      let chosen = parameters {
        $0.temperature = temperature
        $0.logitBias = temperature == 0 ? [:] : [Int32(index): -100]
      }
      let sampler = try Sampler(parameters: chosen, vocabularySize: 1000)
      // A ban must not hide a NaN; it may hide an infinity.
      if poison == .infinity, temperature == 1 { continue }
      let error = #expect(throws: SaraiError.self) { try draw(sampler, logits) }
      #expect(error?.code == .corruptFile)
    }
  }

  @Test func `logits of another length are a fault of ours`() throws {
    let sampler = try Sampler(parameters: parameters { _ in }, vocabularySize: 10)
    let error = #expect(throws: SaraiError.self) { try draw(sampler, [1, 2]) }
    #expect(error?.code == .internalFault)
  }

  @Test func `extreme but finite logits are handled`() throws {
    let logits: [Float] = [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, -.infinity]
    #expect(try support(logits) { $0.temperature = 2 } == [0])
    #expect(try support(logits) { $0.topP = 0.9 } == [0])
    #expect(try support(logits) { $0.topK = 3 } == [0])
    let tiny = try support([0, 0, 0]) { $0.temperature = .leastNonzeroMagnitude }
    #expect(!tiny.isEmpty)
  }
}
