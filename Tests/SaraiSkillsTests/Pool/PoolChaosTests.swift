import Glibc
import SaraiCore
import Synchronization
import TestSupport
import Testing

@testable import SaraiSkills

/// A generator whose numbers depend on its seed alone.
private struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// What a run has come to.
private final class Tally: Sendable {
  private struct State {
    var done = 0
    var kills = 0
    var faults: [String] = []
  }

  private let state = Mutex(State())

  var done: Int { state.withLock { $0.done } }
  var kills: Int { state.withLock { $0.kills } }
  var faults: [String] { state.withLock { $0.faults } }

  func countDone(fault: String? = nil) {
    state.withLock { state in
      state.done += 1
      if let fault { state.faults.append(fault) }
    }
  }

  func countKill() { state.withLock { $0.kills += 1 } }
}

@Suite(.timeLimit(.minutes(10))) struct PoolChaosTests {
  @Test("With its processes killed again and again, no call hangs, none gets another's answer, and hardly one fails")
  func kills() async throws {
    let total = rounds(1_500, soak: 10_000)
    let skill = TestSkill.conformance {
      $0.instances = 2
      $0.isIdempotent = true
    }
    try await withPool(["c": skill]) { harness async throws in
      let tally = Tally()
      let asked = total / 8 * 8
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for client in 0..<8 {
          tasks.addTask {
            var numbers = SeededNumbers(state: UInt64(client))
            for number in 0..<total / 8 {
              let text = "\(client)-\(number)-\(numbers.next())"
              do {
                let answer = try await harness.ask("c", "echo \(text)", seconds: 20, id: "\(number)")
                #expect(answer == text)
                tally.countDone()
              } catch let error as SaraiError {
                tally.countDone(fault: "\(error)")
              }
            }
          }
        }
        tasks.addTask {
          var numbers = SeededNumbers(state: 4_711)
          var next = 50
          while tally.done < asked {
            guard tally.done >= next else {
              await Task.yield()
              continue
            }
            next += Int.random(in: 20...120, using: &numbers)
            guard let pid = await harness.pids("c").randomElement(using: &numbers) else { continue }
            kill(pid, SIGKILL)
            tally.countKill()
          }
        }
        try await tasks.waitForAll()
      }
      #expect(tally.done == asked)
      #expect(tally.kills >= asked / 200)
      #expect(tally.faults.count <= asked / 1_000, "\(tally.faults.prefix(5))")
      let totals = try await harness.status("c").totals
      #expect(totals.deaths > 0 && totals.retries > 0)
      #expect(totals.answered + totals.failed + totals.timedOut == asked)
    }
  }
}
