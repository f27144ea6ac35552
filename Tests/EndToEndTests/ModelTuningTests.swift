import Foundation
import TestSupport
import Testing

/// Variants, tuning and drafts as a person asks for them, with every engine in its sandbox.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ModelTuningTests {
  @Test func `A variant is made in a sandbox, tuned, and used as it was tuned`() async throws {
    try await CommandLineHome.with { home in
      let made = try await home.run("quantize", "smollm2-135m", "--type", "q4_0", "--json")
      #expect(made.status == 0, "\(made.errors)")
      #expect(made.output.contains("\"id\":\"smollm2-135m-q4_0\""))
      let larger = try await home.run("quantize", "smollm2-135m", "--type", "Q8_0")
      #expect(larger.status == 64 && larger.errors.contains("Q4_1 already"))
      let unknown = try await home.run("quantize", "smollm2-135m", "--type", "Q9")
      #expect(unknown.status == 64 && unknown.errors.contains("Q4_0"))

      let before = try await home.run("run", "smollm2-135m-q4_0", "Say hello", "--max-tokens", "12", "--seed", "7")
      #expect(before.status == 0)
      let tuned = try await home.run("tune", "smollm2-135m-q4_0", "--json")
      #expect(tuned.status == 0, "\(tuned.errors)")
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(tuned.output.utf8)) as? [String: Any])
      #expect(report["best"] as? String == "smollm2-135m-q4_0")
      let model = try #require((report["models"] as? [[String: Any]])?.first)
      #expect((model["perplexity"] as? Double).map { $0 > 1 } == true)
      let candidates = try #require(model["candidates"] as? [[String: Any]])
      #expect(candidates.count == 2)
      #expect(candidates.allSatisfy { ($0["exact_batch"] as? Int ?? 0) >= 1 })
      let kept = try String(contentsOf: home.folder.appending(path: "state/tuning.json"), encoding: .utf8)
      #expect(kept.contains("exactBatchTokens"))

      _ = try await home.run("stop")
      let after = try await home.run("run", "smollm2-135m-q4_0", "Say hello", "--max-tokens", "12", "--seed", "7")
      #expect(after.status == 0 && !after.output.isEmpty)
      let embeddings = try await home.run("tune", "multilingual-e5-small")
      #expect(embeddings.status == 64)
    }
  }

  @Test func `A draft model guesses from its sandbox, and neither it nor its death changes a text`() async throws {
    try await CommandLineHome.with { home in
      #expect(try await home.run("quantize", "smollm2-135m", "--type", "Q4_0").status == 0)
      func tell(_ drafts: Bool) async throws -> CommandLineHome.Outcome {
        try await home.run(
          "run", "smollm2-135m", "Tell me about lighthouses.", "--max-tokens", "80", "--seed", "7", "--set",
          "models.draft.id=smollm2-135m-q4_0", "--set", "phoenix.speculative_draft_skill=\(drafts)")
      }
      func draftPIDs() async throws -> [Int32] {
        let list = try await home.run("ps", "--json")
        let parts = try #require(
          try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any])
        let models = try #require(parts["models"] as? [[String: Any]])
        return models.filter { $0["model"] as? String == "smollm2-135m-q4_0" }
          .compactMap { $0["pid"] as? Int }.map { Int32($0) }
      }
      let plain = try await tell(false)
      #expect(plain.status == 0 && plain.output.count > 20)
      #expect(try await draftPIDs().isEmpty)
      var pids: [Int32] = []
      for _ in 0..<10 where pids.isEmpty {
        #expect(try await tell(true).output == plain.output)
        pids = try await draftPIDs()
      }
      let pid = try #require(pids.first)
      for _ in 0..<2 { #expect(try await tell(true).output == plain.output) }
      kill(pid, SIGKILL)
      for _ in 0..<2 { #expect(try await tell(true).output == plain.output) }
    }
  }
}
