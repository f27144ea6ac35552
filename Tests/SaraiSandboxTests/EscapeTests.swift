import SaraiCore
import SaraiSandbox
import Testing

/// Every attempt is refused; it gets through once the layers that refuse it are off, so the test tries what it says it
/// tries; and each of these layers refuses it without the help of the others.
@Suite(.timeLimit(.minutes(5))) struct EscapeTests {
  private enum Outcome: Hashable, CustomStringConvertible {
    case through
    case refused(String)
    case endedFor(SandboxExit.Reason)
    case notStarted(SaraiError)

    var isThrough: Bool { self == .through }

    var description: String {
      switch self {
      case .through: "got through"
      case .refused(let words): "refused: \(words)"
      case .endedFor(let reason): "ended: \(reason)"
      case .notStarted(let error): "not started: \(error)"
      }
    }
  }

  @Test(
    "An attempt is refused by each layer that is there to refuse it", arguments: [SandboxSubject.bubblewrap],
    Attempt.all)
  func attempt(_ subject: SandboxSubject, _ attempt: Attempt) async throws {
    for user in attempt.users {
      let all = user.layers
      let held = attempt.heldBy(user).intersection(all)
      let outcome = try await run(attempt, subject, user, layers: all)
      #expect(!outcome.isThrough, "\(user): \(outcome)")
      let without = try await run(attempt, subject, user, layers: all.subtracting(held))
      #expect(without.isThrough, "\(user), without \(held.names): \(without)")
      for layer in held.each where held != layer {
        let alone = try await run(attempt, subject, user, layers: all.subtracting(held).union(layer))
        #expect(!alone.isThrough, "\(user), \(layer.names) alone: \(alone)")
      }
    }
  }

  private func run(
    _ attempt: Attempt, _ subject: SandboxSubject, _ user: SandboxUser, layers: SandboxLayers
  ) async throws -> Outcome {
    try await withBait(subject, user) { bait in
      let backend = try await subject.backend(user, layers: layers)
      let printed = Printed()
      let launch = SandboxLaunch(Probe.profile { attempt.change(&$0, bait) }, arguments: attempt.arguments(bait))
      let process: any SandboxedProcess
      do {
        process = try await backend.launch(launch, output: printed.receive)
      } catch let error as SaraiError {
        return .notStarted(error)
      }
      let exit = await process.waitForExit()
      switch exit.reason {
      case .exited(code: 0): return .through
      case .exited(code: 10): return .refused(printed.error)
      case .exited(let code):
        Issue.record("the probe does not know \(launch.arguments): code \(code), \(printed.error)")
        return .endedFor(exit.reason)
      default: return .endedFor(exit.reason)
      }
    }
  }
}

extension SandboxLayers {
  /// One by one.
  var each: [SandboxLayers] {
    (0..<Int.bitWidth - 1).map { SandboxLayers(rawValue: 1 << $0) }.filter { contains($0) }
  }
}
