import Glibc
import SaraiCore

/// The steps from a container that is described to a program that runs.
struct DockerStarter: Sendable {
  var engine: DockerEngine
  var container: DockerContainer
  var limitsOutput: Bool
  /// The container's, for people.
  var name: String
  /// False where nobody waits for it any more.
  var isWanted: @Sendable () -> Bool

  private var profile: SandboxProfile { container.launch.profile }

  /// - Throws: Where it does, nothing is left of the attempt.
  func start(output: @escaping @Sendable (SandboxOutput) -> Void) async throws(SaraiError) -> DockerProcess {
    let started = ContinuousClock.now
    var id: String?
    do throws(SaraiError) {
      guard isWanted() else { throw BubblewrapErrors.closed() }
      let new = try await create(seconds: left(since: started))
      id = new
      return try await run(new, since: started, output: output)
    } catch {
      if let id { await DockerLeftovers.remove(id, engine) }
      if let folder = container.serviceFolder { ServiceFolder.remove(folder) }
      throw translated(error)
    }
  }

  private func left(since start: ContinuousClock.Instant) -> Double {
    let passed = start.duration(to: .now).components
    return max(0.001, profile.limits.startSeconds - Double(passed.seconds) - Double(passed.attoseconds) / 1e18)
  }

  private func translated(_ error: SaraiError) -> SaraiError {
    guard error.code == .timeout else { return error }
    return BubblewrapErrors.startTimeout(profile.name, seconds: profile.limits.startSeconds)
  }

  private func create(seconds: Double) async throws(SaraiError) -> String {
    let path = "/containers/create?name=\(DockerEngine.encoded(name))"
    let reply = try await engine.ask("POST", path, json: try container.json(), seconds: seconds)
    guard reply.status == 201, let id = reply.json["Id"]?.stringValue, DockerLeftovers.isID(id) else {
      throw DockerErrors.refused(profile.name, step: "create", reply: reply)
    }
    return id
  }

  private func run(
    _ id: String, since started: ContinuousClock.Instant, output: @escaping @Sendable (SandboxOutput) -> Void
  ) async throws(SaraiError) -> DockerProcess {
    let printed = DockerOutput(limits: profile.limits, limitsOutput: limitsOutput, deliver: output)
    let attached = engine.call(
      "POST", "/containers/\(id)/attach?stream=1&stdin=1&stdout=1&stderr=1", upgrades: true
    ) { printed.take($0) }
    // Asked for before the start, so that no end is missed.
    let waited = engine.call("POST", "/containers/\(id)/wait?condition=next-exit")
    do throws(SaraiError) {
      for (call, step) in [(attached, "attach"), (waited, "wait")] {
        let status = try await call.head.wait().get()
        guard status == 101 || status == 200 else {
          throw DockerErrors.refused(profile.name, step: step, reply: try await call.end.wait().get())
        }
      }
      guard isWanted() else { throw BubblewrapErrors.closed() }
      let reply = try await engine.ask("POST", "/containers/\(id)/start", seconds: left(since: started))
      guard reply.status == 204 else { throw DockerErrors.refused(profile.name, step: "start", reply: reply) }
      // Zero where it has ended already.
      let facts = try await engine.ask("GET", "/containers/\(id)/json", seconds: left(since: started))
      let pid = facts.json["State"]?["Pid"]?.integerValue ?? 0
      guard isWanted() else { throw BubblewrapErrors.closed() }
      return DockerProcess(
        .init(
          id: id, pid: Int32(truncatingIfNeeded: pid), attached: attached, waited: waited,
          serviceFolder: container.serviceFolder, limits: profile.limits, startedAt: started,
          processors: container.facts.processors),
        engine: engine, output: printed)
    } catch {
      attached.cancel()
      waited.cancel()
      throw error
    }
  }
}
