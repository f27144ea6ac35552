import Foundation
import Testing

@testable import SaraiInference

@Suite struct ThreadPolicyTests {
  /// A machine as the policy sees it: `others` and `own` are loads in processors.
  private struct Machine {
    var policy: ThreadPolicy
    var reading = CPUReading(seconds: 1000, busySeconds: 5000, ownSeconds: 10)

    init(processors: Int) {
      policy = ThreadPolicy(allowed: processors)
      policy.update(reading)
    }

    /// Lets time go by and gives the counts chosen on the way.
    mutating func run(others: Double, own: Double, steps: Int, stepSeconds: Double = 0.1) -> [Int] {
      (0..<steps).map { _ in
        reading.seconds += stepSeconds
        reading.busySeconds += (others + own) * stepSeconds
        reading.ownSeconds += own * stepSeconds
        policy.update(reading)
        return policy.threads
      }
    }
  }

  @Test func `a quiet machine gives all processors, however busy we are ourselves`() {
    var machine = Machine(processors: 2)
    #expect(machine.run(others: 0.05, own: 1.95, steps: 50).allSatisfy { $0 == 2 })
  }

  @Test func `one busy neighbour takes a processor within half a second and gives it back`() {
    var machine = Machine(processors: 2)
    #expect(machine.run(others: 0, own: 2, steps: 20).last == 2)
    // Three threads on two processors: each gets two thirds.
    let falling = machine.run(others: 2.0 / 3, own: 4.0 / 3, steps: 5)
    #expect(falling.last == 1)
    #expect(machine.run(others: 1, own: 1, steps: 20).allSatisfy { $0 == 1 })
    let rising = machine.run(others: 0, own: 1, steps: 5)
    #expect(rising.first == 1 && rising.last == 2)
  }

  @Test func `processors that we would not use anyway are others' first`() {
    var machine = Machine(processors: 2)
    machine.policy = ThreadPolicy(allowed: 2, spare: 2)
    machine.policy.update(machine.reading)
    #expect(machine.run(others: 2, own: 2, steps: 20).allSatisfy { $0 == 2 })
    #expect(machine.run(others: 3, own: 1, steps: 20).last == 1)
  }

  @Test func `the first measurement decides at once`() {
    var machine = Machine(processors: 2)
    #expect(machine.run(others: 1, own: 0.3, steps: 1) == [1])
    var long = Machine(processors: 4)
    // Loading a model took a minute; what others did in it is all there is to go by.
    #expect(long.run(others: 2, own: 1, steps: 1, stepSeconds: 60) == [2])
  }

  @Test func `a load that flaps does not make the count flap`() {
    var machine = Machine(processors: 2)
    var counts: [Int] = []
    for _ in 0..<50 {
      counts += machine.run(others: 0.6, own: 1, steps: 1)
      counts += machine.run(others: 0, own: 1, steps: 1)
    }
    let changes = zip(counts, counts.dropFirst()).filter { $0 != $1 }.count
    #expect(changes <= 2, "\(counts)")
  }

  @Test func `many processors are given up one by one`() {
    var machine = Machine(processors: 16)
    #expect(machine.run(others: 0.2, own: 15, steps: 20).last == 16)
    #expect(machine.run(others: 3.0, own: 12, steps: 20).last == 13)
    #expect(machine.run(others: 9.2, own: 6, steps: 20).last == 7)
    #expect(machine.run(others: 16, own: 1, steps: 20).last == 1)
    #expect(machine.run(others: 0, own: 1, steps: 20).last == 16)
  }

  @Test func `one processor gives one thread whatever happens`() {
    var machine = Machine(processors: 1)
    #expect(
      machine.run(others: 1, own: 0.5, steps: 10) + machine.run(others: 0, own: 1, steps: 10)
        == .init(repeating: 1, count: 20))
    #expect(ThreadPolicy(allowed: 0).threads == 1)
  }

  @Test func `after a long pause the next short measurement decides`() {
    var machine = Machine(processors: 2)
    _ = machine.run(others: 1, own: 1, steps: 10)
    // Ten quiet minutes say nothing about now.
    #expect(machine.run(others: 0, own: 0, steps: 1, stepSeconds: 600) == [1])
    #expect(machine.run(others: 0, own: 1, steps: 1) == [2])
    #expect(machine.run(others: 0, own: 0, steps: 1, stepSeconds: 600) == [2])
    #expect(machine.run(others: 1, own: 1, steps: 1) == [1])
  }

  @Test func `counters that stand still or go back change nothing`() {
    var policy = ThreadPolicy(allowed: 4)
    policy.update(CPUReading(seconds: 5, busySeconds: 100, ownSeconds: 50))
    policy.update(CPUReading(seconds: 5, busySeconds: 200, ownSeconds: 50))
    #expect(policy.threads == 4)
    policy.update(CPUReading(seconds: 6, busySeconds: 90, ownSeconds: 60))
    #expect(policy.threads == 4)
  }
}

@Suite struct CPUReadingTests {
  static let statistics = """
    cpu  300 20 100 9000 50 5 6 7 3 0
    cpu0 100 10 50 4000 25 1 2 3 0 0
    cpu1 200 10 50 5000 25 4 4 4 3 0
    intr 123 0 0
    ctxt 5
    """

  @Test func `busy time is what is neither idle nor waiting for a disk`() {
    let busy = { CPUReader.busyTicks(statistics: Self.statistics, processors: $0) }
    #expect(busy([]) == 438)
    #expect(busy([0]) == 166)
    #expect(busy([1]) == 272)
    #expect(busy([7]) == nil)
    #expect(CPUReader.busyTicks(statistics: "", processors: []) == nil)
    #expect(CPUReader.busyTicks(statistics: "cpu0 1 2\ncpux", processors: []) == nil)
  }

  @Test func `this machine can be read and its counters never go back`() throws {
    let reader = CPUReader(processors: [])
    let first = try #require(reader.read())
    let second = try #require(reader.read())
    #expect(first.busySeconds > 0 && first.ownSeconds > 0)
    #expect(second.seconds >= first.seconds && second.ownSeconds >= first.ownSeconds)
  }
}
