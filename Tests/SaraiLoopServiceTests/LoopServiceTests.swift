import LoopProtocol
import SaraiCore
import Testing

/// The loop's process as the supervisor and its clients see it.
@Suite(.timeLimit(.minutes(2))) struct LoopServiceTests {
  @Test func `An order that its companion never ended is given to the next one, and what came of it is kept once`()
    async throws
  {
    try await LoopFixture.with { fixture in
      let job = try await fixture.loop.add(LoopFixture.job("0 0 1 1 *", "run_prompt", ["prompt": "hola"]))
      let first = OneShot<Sarai_Loop_V1_Order>()
      async let done = fixture.loop.run(job.id, owner: "ana")
      try await fixture.accompany { _, commands in
        // It leaves in the middle of the work, as one that is killed.
        first.set(try #require(await commands.nextOrder()))
      }
      try await fixture.accompany { say, commands in
        let again = try #require(await commands.nextOrder())
        let before = await first.wait()
        #expect(again.key == before.key && again.action == "run_prompt" && again.arguments["prompt"] == "hola")
        say(.said("Buenas", to: again))
        // Until the outcome is on the disk, it may be asked for again.
        while let command = await commands.next() {
          guard case .kept(let key) = command.kind else { continue }
          #expect(key == again.key)
          return
        }
        Issue.record("the outcome was never kept")
      }
      let action = try await done
      #expect(action.state == "done" && action.textEs == "Buenas" && action.isUseful, "\(action)")
      let history = try await fixture.loop.history(owner: "ana", limit: 10)
      #expect(history.filter { $0.job == job.id }.count == 1)
      #expect(
        try await fixture.loop.inbox(owner: "ana", unreadOnly: true).map(\.textEs).contains { $0.contains("Buenas") })
    }
  }

  @Test func `Memory that wavers around its threshold is one event for each real crossing`() async throws {
    try await LoopFixture.with { fixture in
      try await fixture.accompany { say, commands in
        for bytes in [900, 1_001, 990, 1_002, 960, 1_003] { say(.event("memory", ["bytes": "\(bytes)"])) }
        let order = try #require(await commands.nextOrder())
        #expect(order.action == "prune_caches" && order.arguments["urgent"] == "1", "\(order)")
        say(.said("", to: order))
        // Below the lower bound it may rise again.
        for bytes in [940, 1_001] { say(.event("memory", ["bytes": "\(bytes)"])) }
        let second = try #require(await commands.nextOrder())
        #expect(second.action == "prune_caches" && second.key != order.key)
        say(.said("", to: second))
      }
      let crossings = try await fixture.loop.history(owner: "local", limit: 100).filter {
        $0.trigger == "on memory_high"
      }
      #expect(crossings.count <= 2)
    }
  }

  @Test func `Nothing is ordered before the settings are told, nor where they say no`() async throws {
    try await LoopFixture.with { fixture in
      #expect(try await fixture.loop.status().state == "disabled")
      try await fixture.accompany(enabled: false) { say, commands in
        say(.event("memory", ["bytes": "5000"]))
        // The list of what is to be watched is the first and only thing that is said.
        let first = try #require(await commands.next())
        if case .watch = first.kind { return }
        Issue.record("\(first)")
      }
      #expect(try await fixture.loop.status().state == "disabled")
      #expect(try await fixture.loop.history(owner: "local", limit: 10).isEmpty)
    }
  }

  @Test func `Each person has jobs and messages of their own`() async throws {
    try await LoopFixture.with { fixture in
      let job = try await fixture.loop.add(LoopFixture.job("0 0 1 1 *", "remind", ["text": "regar"]))
      #expect(try await !fixture.loop.jobs(owner: "bea").contains { $0.id == job.id })
      await #expect(throws: SaraiError.self) { try await fixture.loop.remove(job.id, owner: "bea") }
      try await fixture.accompany { _, _ in
        let action = try await fixture.loop.run(job.id, owner: "ana")
        #expect(action.state == "done", "\(action)")
        let other = try await fixture.loop.add(LoopFixture.job("0 0 1 1 *", "remind", ["text": "x"], owner: "bea"))
        _ = try await fixture.loop.run(other.id, owner: "bea")
      }
      // What came after it, of somebody else, neither shows nor takes its room.
      #expect(try await fixture.loop.history(owner: "ana", limit: 1).count == 1)
      #expect(try await !fixture.loop.history(owner: "ana", limit: 100).contains { $0.owner == "bea" })
      let mine = try await fixture.loop.inbox(owner: "ana", unreadOnly: true)
      #expect(mine.contains { $0.kind == "reminder" && $0.textEs.contains("regar") }, "\(mine)")
      #expect(try await !fixture.loop.inbox(owner: "bea", unreadOnly: false).contains { $0.textEs.contains("regar") })
      let id = try #require(mine.first?.id)
      await #expect(throws: SaraiError.self) { try await fixture.loop.mark(id, owner: "bea", "dismiss") }
      #expect(try await fixture.loop.mark(id, owner: "ana", "never").hasDismissedAt)
    }
  }

  @Test(arguments: [
    ("nunca jamás", "remind"), ("0 0 31 2 *", "remind"), ("@daily", "fly"), ("@daily", "alert"),
  ])
  func `A job that cannot be is refused with what to do`(schedule: String, action: String) async throws {
    try await LoopFixture.with { fixture in
      let error = try await #require(throws: SaraiError.self) {
        try await fixture.loop.add(LoopFixture.job(schedule, action, [:]))
      }
      #expect(
        error.code == .invalidRequest && !error.message.es.isEmpty && error.message.es != error.message.en, "\(error)")
    }
  }
}
