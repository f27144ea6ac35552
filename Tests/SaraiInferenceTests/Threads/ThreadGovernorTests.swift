import Foundation
import Synchronization
import Testing

@testable import SaraiInference

@Suite struct ThreadGovernorTests {
  /// A clock and counters that a test moves.
  private final class FakeMachine: Sendable {
    let now = Mutex(CPUReading(seconds: 100, busySeconds: 0, ownSeconds: 0))
    let reads = Mutex(0)

    func governor(maximum: Int, fixed: Int? = nil) -> ThreadGovernor {
      ThreadGovernor(
        maximum: maximum, fixed: fixed,
        read: {
          self.reads.withLock { $0 += 1 }
          return self.now.withLock { $0 }
        },
        clock: { self.now.withLock { $0.seconds } })
    }

    func pass(seconds: Double, others: Double) {
      now.withLock {
        $0.seconds += seconds
        $0.busySeconds += seconds * others
      }
    }
  }

  @Test func `it measures every 100 ms at most and follows the load`() {
    let machine = FakeMachine()
    let governor = machine.governor(maximum: 2)
    for _ in 0..<1000 { #expect(governor.current() == 2) }
    #expect(machine.reads.withLock { $0 } == 1)
    machine.pass(seconds: 0.11, others: 1)
    for _ in 0..<1000 { #expect(governor.current() == 1) }
    #expect(machine.reads.withLock { $0 } == 2)
  }

  @Test func `a fixed count is never measured`() {
    let machine = FakeMachine()
    let governor = machine.governor(maximum: 2, fixed: 3)
    machine.pass(seconds: 1, others: 2)
    #expect(governor.current() == 3)
    #expect(machine.reads.withLock { $0 } == 0)
    #expect(machine.governor(maximum: 2, fixed: 0).current() == 1)
  }

  @Test func `without counters all allowed processors are used`() {
    let governor = ThreadGovernor(maximum: 3, fixed: nil, read: { nil }, clock: { 0 })
    #expect(governor.current() == 3)
  }

  @Test func `it is safe to ask from many threads`() async {
    let machine = FakeMachine()
    let governor = machine.governor(maximum: 4)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<200 {
            machine.pass(seconds: 0.05, others: 2)
            #expect((1...4).contains(governor.current()))
          }
        }
      }
    }
  }

  @Test func `a real busy process takes a thread away, and on a quiet machine its end gives it back`() async throws {
    let maximum = max(2, CPUReaderProbe.processors)
    let governor = ThreadGovernor(maximum: maximum, fixed: nil)
    // On every processor one, so that it does not matter which our threads would get.
    let children = try (0..<maximum).map { _ in try BusyProcess() }
    defer { for child in children { child.end() } }
    let fell = try await within(seconds: 30) { governor.current() < maximum }
    #expect(fell)
    for child in children { child.end() }

    // Other tests and programs may keep the machine busy: only a quiet second tells.
    let reader = CPUReader(processors: [])
    var before = try #require(reader.read())
    let deadline = before.seconds + 15
    while before.seconds < deadline {
      _ = try await within(seconds: 1) {
        _ = governor.current()
        return false
      }
      let after = try #require(reader.read())
      let others =
        (after.busySeconds - before.busySeconds - after.ownSeconds + before.ownSeconds)
        / (after.seconds - before.seconds)
      before = after
      if others < 0.1 {
        #expect(governor.current() == maximum)
        return
      }
    }
  }
}

/// Asks again every 20 ms until it holds; false when the time is over.
private func within(seconds: Double, _ condition: () -> Bool) async throws -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < deadline {
    if condition() { return true }
    try await Task.sleep(for: .milliseconds(20))
  }
  return condition()
}

private enum CPUReaderProbe {
  /// Those that this process may run on.
  static var processors: Int { CPUAllowance.processors(status: readSystemFile("/proc/self/status") ?? "").count }
}

/// A process that does nothing but compute.
private final class BusyProcess: Sendable {
  private let process: Process

  init() throws {
    process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "while :; do :; done"]
    try process.run()
  }

  func end() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
