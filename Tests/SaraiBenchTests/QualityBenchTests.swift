import Foundation
import Logging
import SaraiAgent
import SaraiCore
import SaraiModels
import Synchronization
import TestSupport
import Testing

@testable import SaraiBench

@Suite struct QualityBenchTests {
  /// The default model in a pool of its own.
  private func withPool<Result>(_ body: (ModelPool) async throws -> Result) async throws -> Result {
    try await withTemporaryFolder { folder in
      let catalogue = try Catalogue.load(shipped: TestParts.root.appending(path: "config/models.yaml").path)
      let store = ModelStore(
        catalogue: catalogue, folder: TestParts.smolLM2.deletingLastPathComponent().path,
        stateFolder: folder.appending(path: "state").path)
      let role = PoolSettings.Role(model: "smollm2-135m", contextTokens: 1_024)
      let pool = ModelPool(
        settings: PoolSettings(
          roles: [.expertShort: role], maxConcurrentLLMs: 1, memoryBudgetBytes: nil, idleUnloadSeconds: nil,
          engineExecutable: TestParts.executable("sarai-engine").path,
          cacheFolder: folder.appending(path: "cache").path, socketFolder: folder.path, threads: 1, maxQueue: 4),
        parts: ModelPool.Parts(
          store: store, remote: { _ in throw SaraiError(.notAvailable, es: "Ninguno.", en: "None.") },
          environment: ProcessInfo.processInfo.environment, logger: Logger(label: "test")))
      do {
        let result = try await body(pool)
        await pool.shutDown()
        return result
      } catch {
        await pool.shutDown()
        throw error
      }
    }
  }

  @Test func `the real model answers in both ways, the same each time, and the file has every answer`() async throws {
    let shares = Mutex<[Double]>([])
    let (first, second) = try await withPool { pool in
      let bench = try QualityBench(
        models: pool, model: nil, languages: [.spanish, .english], questionsFolder: QuestionFilesTests.folder)
      let first = try await bench.run(
        limit: 2, progress: BenchProgress { share, _ in shares.withLock { $0.append(share) } })
      return (first, try await bench.run(limit: 2))
    }
    #expect(first.outcomes.count == 4)
    #expect(first.outcomes.allSatisfy { !$0.bareAnswer.isEmpty && !$0.saraiAnswer.isEmpty })
    #expect(first.outcomes.map(\.bareAnswer) == second.outcomes.map(\.bareAnswer))
    #expect(first.outcomes.map(\.saraiAnswer) == second.outcomes.map(\.saraiAnswer))
    #expect(shares.withLock { $0 } == [0, 0.25, 0.5, 0.75, 1])
    try await withTemporaryFolder { folder in
      let path = try first.write(to: folder.path)
      let value = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: path))))
      #expect(value["scenario"]?.stringValue == "quality")
      #expect(value["answers"]?.arrayValue?.count == 4)
      #expect(value["rows"]?.arrayValue?.first?["sarai"]?["asked"]?.integerValue == 2)
    }
  }

  @Test func `scores are counted by language, half and kind`() throws {
    let questions = try Question.load(.english, from: QuestionFilesTests.folder)
    var report = QualityReport(model: "m")
    for (index, question) in questions.enumerated() {
      report.outcomes.append(
        QualityReport.Outcome(
          question: question, language: .english, bareAnswer: "", isBareRight: false, saraiAnswer: "",
          isSARAiRight: index.isMultiple(of: 2)))
    }
    let all = report.score()
    #expect(all.bare == Proportion(successes: 0, trials: questions.count))
    #expect(all.sarai.successes == (questions.count + 1) / 2)
    let halves = Question.Half.allCases.map { half in report.score { $0.question.half == half }.sarai }
    #expect(halves[0] + halves[1] == all.sarai)
    #expect(report.checks.map(\.holds) == [true])
    #expect(report.text(in: .spanish).contains("en mitad reservada"))
    #expect(report.text(in: .english).contains("en held-out half"))
  }
}
