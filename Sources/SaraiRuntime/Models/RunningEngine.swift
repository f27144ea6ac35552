package import SaraiCore
import SkillProtocol

/// An engine that the supervisor of a state folder runs.
package struct RunningEngine: Sendable, Hashable {
  package let pid: Int32?
  package let model: String
  package let contextTokens: Int
  /// Proportional set size: shared pages count in parts.
  package let memoryBytes: Int64?
  package let uptimeSeconds: Double
  /// `starting`, `ready`, `busy`, `stopping` or `resting`.
  package let state: String

  package var json: JSONValue {
    [
      "model": .string(model), "pid": pid.map { .integer(Int64($0)) } ?? .null, "state": .string(state),
      "context_tokens": .integer(Int64(contextTokens)), "memory_bytes": memoryBytes.map(JSONValue.integer) ?? .null,
      "uptime_seconds": .number(uptimeSeconds),
    ]
  }

  /// Those in memory now; none where no supervisor runs.
  package static func all(_ setup: Setup) async throws -> [RunningEngine] {
    guard let client = try SupervisorClient.running(setup.folders) else { return [] }
    defer { client.close() }
    do {
      let reply = try await client.call {
        try await $0.describe(Sarai_Supervisor_V1_DescribeRequest(), options: .atOnce)
      }
      return reply.engines.map { engine in
        RunningEngine(
          pid: engine.hasPid ? engine.pid : nil, model: engine.model, contextTokens: Int(engine.contextTokens),
          memoryBytes: engine.hasMemoryBytes ? engine.memoryBytes : nil, uptimeSeconds: engine.uptimeSeconds,
          state: engine.state)
      }
    } catch is SupervisorClient.Gone {
      return []
    }
  }
}
