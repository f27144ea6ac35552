import Foundation
import Logging
import SaraiCore
import SaraiMemory
import SaraiModels
import TestSupport
import Testing

@testable import SaraiBench

@Suite("Evidence of long conversations")
struct LocomoTests {
  /// Two sessions, written for this test.
  private static let file = """
    [{
      "sample_id": "garden",
      "conversation": {
        "speaker_a": "Ines", "speaker_b": "Tom",
        "session_10_date_time": "12:05 am on 2 March, 2024",
        "session_10": [
          {"speaker": "Tom", "dia_id": "D10:1", "text": "My brother moved to Lisbon yesterday."},
          {"speaker": "Ines", "dia_id": "D10:2", "text": "Good for him! Look at this.",
           "blip_caption": "a photo of a greenhouse full of orchids"}
        ],
        "session_2_date_time": "1:56 pm on 8 May, 2023",
        "session_2": [
          {"speaker": "Ines", "dia_id": "D2:1", "text": "I planted tomatoes on the balcony."},
          {"speaker": "Tom", "dia_id": "D2:2", "text": "I am allergic to cats, sadly."},
          {"speaker": "Ines", "dia_id": "D2:3", "text": "Then come without fear, I only keep fish."}
        ]
      },
      "qa": [
        {"question": "Where did Tom's brother move?", "answer": "Lisbon", "evidence": ["D10:1"], "category": 4},
        {"question": "What plants does Ines have?", "answer": "both", "evidence": ["D2:1; D10:2"], "category": 1},
        {"question": "What is Tom allergic to?", "answer": "cats", "evidence": ["D:2:02", "D9:9"], "category": 3},
        {"question": "What does Tom's sister do?", "adversarial_answer": "none", "evidence": [], "category": 5}
      ]
    }]
    """

  private func conversations() throws -> [LocomoConversation] {
    let samples = try #require(try JSONValue(parsing: Self.file).arrayValue)
    return try samples.map { try LocomoConversation($0, number: 1) }
  }

  @Test("Sessions are read in their order, with their times, pictures and evidence")
  func reading() throws {
    let garden = try #require(conversations().first)
    #expect(garden.id == "garden")
    #expect(garden.turns.map(\.conversation) == ["session_2", "session_2", "session_2", "session_10", "session_10"])
    #expect(garden.turns.map(\.id.rawValue) == [1, 2, 3, 4, 5])
    #expect(garden.turns[4].text == "Good for him! Look at this. [a photo of a greenhouse full of orchids]")
    // 8 May 2023, 13:56; 2 March 2024, 00:05.
    #expect(garden.turns[0].saidAt == Timestamp(secondsSince1970: 1_683_554_160))
    #expect(garden.turns[3].saidAt == Timestamp(secondsSince1970: 1_709_337_900))
    let evidence = garden.questions.map { $0.evidence.map(\.rawValue).sorted() }
    #expect(evidence == [[4], [1, 5], [2], []])
  }

  @Test("A file that is none of LoCoMo is refused with its name", arguments: ["{}", "[]", "[{\"qa\": []}]", "no"])
  func refusal(text: String) async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "file.json").path
      try Data(text.utf8).write(to: URL(filePath: path))
      let error = #expect(throws: SaraiError.self) { try LocomoConversation.load(path: path) }
      #expect(error?.code == .invalidRequest)
      #expect(error?.subject == path)
      let missing = #expect(throws: SaraiError.self) { try LocomoConversation.load(path: path + "x") }
      #expect(missing?.code == .notFound)
    }
  }

  @Test("Recall is the share of a question's evidence among the first turns, averaged over questions 1 to 4")
  func figures() throws {
    let garden = try #require(conversations().first)
    var report = LocomoReport()
    let found: [[Int64]] = [[9, 9, 9, 9, 9, 4], [1, 2, 3, 4, 6], [2], [1]]
    for (question, ids) in zip(garden.questions, found) {
      report.outcomes.append(
        LocomoReport.Outcome(
          conversation: "garden", question: question, found: ids.map(TurnID.init(rawValue:)), milliseconds: 1))
    }
    let json = report.json
    // 0, 1/2 and 1 at five; the fourth question has no evidence.
    #expect(json["recall"]?["5"]?.doubleValue == 0.5)
    #expect(json["recall"]?["10"]?.doubleValue == 2.5 / 3)
    #expect(json["by_category"]?["4"]?["5"]?.doubleValue == 0)
    #expect(json["by_category"]?["4"]?["20"]?.doubleValue == 1)
    #expect(json["by_category"]?["1"]?["20"]?.doubleValue == 0.5)
    #expect(json["by_category"]?["5"]?["20"] == .null)
    #expect(json["questions"]?["5"]?.integerValue == 0)
    #expect(json["checks"]?.arrayValue?.first?["holds"]?.boolValue == true)
    #expect(report.text(in: .spanish).contains("recall@10"))
    #expect(LocomoReport().checks.allSatisfy { !$0.holds })
  }

  @Test("With the real embeddings, each question of a short file finds what answers it")
  func run() async throws {
    let report = try await Self.withEmbeddings { pool in
      try await LocomoBench(models: pool, conversations: conversations()).run()
    }
    #expect(report.outcomes.count == 4)
    #expect(report.outcomes[0].found.first?.rawValue == 4)
    #expect(report.outcomes[2].found.first?.rawValue == 2)
    // No more turns than that, each once.
    #expect(report.outcomes.allSatisfy { Set($0.found.map(\.rawValue)) == [1, 2, 3, 4, 5] })
    #expect(report.json["recall"]?["5"]?.doubleValue == 1)
    #expect(report.json["turns"]?.integerValue == 5)
  }

  private static func withEmbeddings<Result>(_ body: (ModelPool) async throws -> Result) async throws -> Result {
    try await withTemporaryFolder { folder in
      let catalogue = try Catalogue.load(shipped: TestParts.root.appending(path: "config/models.yaml").path)
      let store = ModelStore(
        catalogue: catalogue, folder: TestParts.e5.deletingLastPathComponent().path,
        stateFolder: folder.appending(path: "state").path)
      let role = PoolSettings.Role(model: "multilingual-e5-small", contextTokens: 512)
      let pool = ModelPool(
        settings: PoolSettings(
          roles: [.embeddings: role], maxConcurrentLLMs: 1, memoryBudgetBytes: nil, idleUnloadSeconds: nil,
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
}
