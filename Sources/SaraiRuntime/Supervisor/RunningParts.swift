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

  init(_ engine: Sarai_Supervisor_V1_Engine) {
    pid = engine.hasPid ? engine.pid : nil
    model = engine.model
    contextTokens = Int(engine.contextTokens)
    memoryBytes = engine.hasMemoryBytes ? engine.memoryBytes : nil
    uptimeSeconds = engine.uptimeSeconds
    state = engine.state
  }
}

/// A skill that the supervisor of a state folder has been asked for.
package struct RunningSkill: Sendable, Hashable {
  package let name: String
  /// `stopped`, `starting`, `running` or `resting`.
  package let state: String
  package let pids: [Int32]
  package let memoryBytes: Int64
  package let calls: UInt64
  package let failures: UInt64
  package let uptimeSeconds: Double

  package var json: JSONValue {
    [
      "name": .string(name), "state": .string(state), "pids": .array(pids.map { .integer(Int64($0)) }),
      "memory_bytes": .integer(memoryBytes), "calls": .integer(Int64(clamping: calls)),
      "failures": .integer(Int64(clamping: failures)), "uptime_seconds": .number(uptimeSeconds),
    ]
  }

  init(_ skill: Sarai_Supervisor_V1_SkillStatus) {
    name = skill.name
    state = skill.state
    pids = skill.pids
    memoryBytes = skill.memoryBytes
    calls = skill.calls
    failures = skill.failures
    uptimeSeconds = skill.uptimeSeconds
  }
}

/// The memory that the supervisor of a state folder keeps.
package struct RunningMemory: Sendable, Hashable {
  /// Nil where it is part of the supervisor.
  package let pid: Int32?
  /// `running` or `resting`.
  package let state: String
  package let memoryBytes: Int64?
  package let uptimeSeconds: Double

  package var json: JSONValue {
    [
      "pid": pid.map { .integer(Int64($0)) } ?? .null, "state": .string(state),
      "memory_bytes": memoryBytes.map(JSONValue.integer) ?? .null, "uptime_seconds": .number(uptimeSeconds),
    ]
  }

  init(_ memory: Sarai_Supervisor_V1_MemoryStatus) {
    pid = memory.hasPid ? memory.pid : nil
    state = memory.state
    memoryBytes = memory.hasMemoryBytes ? memory.memoryBytes : nil
    uptimeSeconds = memory.uptimeSeconds
  }
}

/// What the supervisor of a state folder runs now.
package struct RunningParts: Sendable, Hashable {
  package var engines: [RunningEngine] = []
  package var skills: [RunningSkill] = []
  package var memory: RunningMemory?

  /// Nothing where no supervisor runs.
  package init(_ setup: Setup) async throws {
    guard let client = try SupervisorClient.running(setup.folders) else { return }
    defer { client.close() }
    do {
      let reply = try await client.call {
        try await $0.describe(Sarai_Supervisor_V1_DescribeRequest(), options: .atOnce)
      }
      engines = reply.engines.map(RunningEngine.init)
      skills = reply.skills.map(RunningSkill.init)
      memory = reply.hasMemory ? RunningMemory(reply.memory) : nil
    } catch is SupervisorClient.Gone {
      return
    }
  }
}
