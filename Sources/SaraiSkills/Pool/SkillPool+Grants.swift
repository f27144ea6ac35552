import Glibc
import SaraiCore
import SaraiSandbox

/// What processes are given: their launch, and the sockets behind their grants.
extension SkillPool {
  /// How long a row of skills that call one another may be.
  private static let mostSkillsInARow = 5

  func newPlan(_ key: SkillKey) throws -> SkillGroup.Plan {
    let skill = try parts.skill(key.name)
    guard let manifest = skill.manifest else { throw SkillFaults.promptOnly(key.name) }
    try checkRow([key.name], grants: manifest.grants.skills + key.grants.skills)
    lastGeneration += 1
    return SkillGroup.Plan(
      skill: skill, manifest: manifest, grammar: try parts.grammar(skill), generation: lastGeneration)
  }

  /// Skills that called one another in a circle could wait for each other until their deadlines.
  private func checkRow(_ row: [String], grants: [String]) throws {
    for name in grants {
      guard !row.contains(name), row.count < Self.mostSkillsInARow else { throw SkillFaults.circle(row + [name]) }
      let manifest = try parts.skill(name).manifest
      guard let manifest else { throw SkillFaults.promptOnly(name) }
      try checkRow(row + [name], grants: manifest.grants.skills)
    }
  }

  /// The group's plan with all that its first start needs; nil where the group is gone or was given another plan.
  func preparedPlan(_ key: SkillKey) async throws -> SkillGroup.Plan? {
    guard var plan = groups[key]?.plan else { return nil }
    if plan.prepared != nil { return plan }
    let prepared = try await prepare(key, plan)
    guard groups[key]?.plan.generation == plan.generation else {
      await prepared.proxy?.close()
      return nil
    }
    plan.prepared = prepared
    groups[key]?.plan = plan
    return plan
  }

  /// Opens what the grants name, and has the launch built.
  func prepare(_ key: SkillKey, _ plan: SkillGroup.Plan) async throws -> SkillGroup.Prepared {
    var sockets: [SandboxProfile.SocketGrant] = []
    let grants = plan.manifest.grants
    for role in Self.distinct(grants.models + key.grants.models) {
      sockets.append(.init(name: "model-\(role)", host: try await parts.modelSocket(role)))
    }
    for name in Self.distinct(grants.skills + key.grants.skills) {
      sockets.append(.init(name: "skill-\(name)", host: try await gate(name)))
    }
    var proxy: NetworkProxy?
    let hosts = Self.distinct(grants.network + key.grants.network)
    if !hosts.isEmpty {
      let opened = try await NetworkProxy.open(
        socket: newSocketPath("n"), hosts: hosts, allowedUsers: socketUsers, skill: key.name, logger: parts.logger)
      sockets.append(.init(name: NetworkProxy.grantName, host: opened.socket))
      proxy = opened
    }
    do {
      return SkillGroup.Prepared(launch: try parts.launch(plan.skill, key.grants, sockets), proxy: proxy)
    } catch {
      await proxy?.close()
      throw error
    }
  }

  private static func distinct(_ names: [String]) -> [String] { Array(Set(names)).sorted() }

  // MARK: - Gates

  /// The socket that answers for a skill as the skill itself would, whoever starts it and however often.
  ///
  /// - Parameter grants: What calls through this gate may touch beside the manifest's grants.
  /// - Throws: `notFound`, `invalidRequest` (a socket's path is too long).
  package func gate(_ name: String, grants: SkillGrants = SkillGrants()) async throws -> String {
    let key = SkillKey(name, grants: grants)
    if let known = gates[key] { return known.socket }
    if let opening = openingGates[key] { return try await opening.wait().get().socket }
    if isClosed { throw SkillFaults.closing() }
    guard try parts.skill(name).manifest != nil else { throw SkillFaults.promptOnly(name) }
    let opening = OneShot<Result<SkillGate, any Error>>()
    openingGates[key] = opening
    defer { openingGates[key] = nil }
    do {
      let gate = try await SkillGate.open(
        socket: newSocketPath("g"), allowedUsers: socketUsers, pool: self, key: key, logger: parts.logger)
      guard !isClosed else {
        await gate.close()
        throw SkillFaults.closing()
      }
      gates[key] = gate
      opening.set(.success(gate))
      return gate.socket
    } catch {
      opening.set(.failure(error))
      throw error
    }
  }

  /// Closes a gate; calls that came through it are given up.
  package func closeGate(_ name: String, grants: SkillGrants = SkillGrants()) async {
    await gates.removeValue(forKey: SkillKey(name, grants: grants))?.close()
  }

  private var socketUsers: Set<UInt32> { parts.sandboxUsers.union([geteuid()]) }

  private func newSocketPath(_ kind: String) -> String {
    lastSocket += 1
    return "\(settings.runtimeFolder)/\(kind)\(getpid())-\(lastSocket).sock"
  }
}
