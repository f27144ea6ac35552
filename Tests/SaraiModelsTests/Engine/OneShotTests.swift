import SaraiCore
import Testing

@testable import SaraiModels

@Suite struct OneShotTests {
  @Test func `every waiter gets the first value`() async throws {
    let shot = OneShot<Int>()
    let waiters = (0..<20).map { index in
      Task { index % 2 == 0 ? await shot.wait() : try await shot.waitOrCancel() }
    }
    #expect(shot.value == nil)
    #expect(shot.set(7))
    #expect(!shot.set(8))
    for waiter in waiters { #expect(try await waiter.value == 7) }
    #expect(await shot.wait() == 7)
    #expect(shot.value == 7)
  }

  @Test func `a cancelled waiter stops waiting and the others go on`() async throws {
    let shot = OneShot<Int>()
    let stays = Task { try await shot.waitOrCancel() }
    let leaves = Task { try await shot.waitOrCancel() }
    leaves.cancel()
    await #expect(throws: CancellationError.self) { try await leaves.value }
    shot.set(1)
    #expect(try await stays.value == 1)
  }

  @Test func `a task that was cancelled before it waits does not wait`() async throws {
    let shot = OneShot<Int>()
    let gate = OneShot<Void>()
    let task = Task {
      await gate.wait()
      return try await shot.waitOrCancel()
    }
    task.cancel()
    gate.set(())
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `a cancelled task can still wait for what must be awaited`() async throws {
    let shot = OneShot<Int>()
    let task = Task { await shot.wait() }
    task.cancel()
    shot.set(3)
    #expect(await task.value == 3)
  }

  @Test func `a deadline gives up on what takes too long and leaves what is quick alone`() async throws {
    let never = OneShot<Int>()
    let late = SaraiError(.timeout, es: "tarde", en: "late")
    let error = try await saraiError {
      try await withDeadline(seconds: 0.02, expired: { late }) { try await never.waitOrCancel() }
    }
    #expect(error == late)
    #expect(try await withDeadline(seconds: 60, expired: { late }) { 5 } == 5)
  }
}
