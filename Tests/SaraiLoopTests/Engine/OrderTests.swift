import SaraiAgent
import SaraiCore
import SaraiLoop
import Synchronization
import TestSupport
import Testing

@Suite struct OrderTests {
  @Test("What waits is done by priority and then by time, one after the other")
  func priorities() async throws {
    let running = Mutex((now: 0, most: 0))
    let hands = NotingHands { _ in
      running.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      await Task.yield()
      running.withLock { $0.now -= 1 }
      return ActionOutcome()
    }
    try await Fixture.with(hands: hands) { loop in
      try await loop.add("0 11 * * *", .vacuumMemory, priority: 3)
      try await loop.add("0 11 * * *", .backupMemory, priority: 7)
      try await loop.add("59 10 * * *", .rotateLogs, priority: 3)
      try await loop.add("0 11 * * *", .pruneCaches, priority: 5)
      try await loop.restart(after: 2 * 3_600_000)
      await loop.engine.settle()
      #expect(hands.actions == [.backupMemory, .pruneCaches, .rotateLogs, .vacuumMemory])
      #expect(running.withLock { $0.most } == 1)
    }
  }

  @Test("Nothing starts while a person is being answered; reminders come on time, and all else afterwards")
  func answering() async throws {
    try await Fixture.with { loop in
      try await loop.add("*/5 * * * *")
      try await loop.add("5 10 * * *", .remind, ["text": "el horno"])
      try await loop.post(.answering, ["request": "r1"])
      try await loop.post(.answering, ["request": "r2"])
      await loop.pass(minutes: 6)
      #expect(loop.hands.orders.isEmpty)
      #expect(try await loop.inbox().map(\.text.es) == ["Recordatorio: el horno"])
      #expect(try await loop.engine.status().isAnswering)
      try await loop.post(.answered, ["request": "r1"])
      #expect(loop.hands.orders.isEmpty)
      try await loop.post(.answered, ["request": "r2"])
      #expect(loop.hands.orders.count == 1)
    }
  }

  @Test("An answer whose end nobody tells holds nothing up for ever")
  func lostAnswer() async throws {
    try await Fixture.with { loop in
      try await loop.add("*/5 * * * *")
      try await loop.post(.answering, ["request": "r1"])
      await loop.pass(minutes: 16)
      #expect(loop.hands.orders.count == 2)
    }
  }

  @Test("A prompt gives way to the person at once, begins anew afterwards, and that counts as no failure")
  func givingWay() async throws {
    let isHeld = Mutex(true)
    let began = OneShot<Void>()
    let hands = NotingHands { _ in
      began.set(())
      if isHeld.withLock({ $0 }) { try await Task.sleep(for: .seconds(600)) }
      return ActionOutcome(text: Localized(es: "Hecho.", en: "Done."))
    }
    try await Fixture.with(hands: hands) { loop in
      let job = try await loop.add("0 11 * * *", .runPrompt, ["prompt": "resume el día"])
      loop.clock.pass(3_600_000)
      await loop.engine.advance()
      await began.wait()
      try await loop.post(.answering, ["request": "r1"])
      isHeld.withLock { $0 = false }
      #expect(hands.orders.count == 1)
      try await loop.post(.answered, ["request": "r1"])
      #expect(hands.orders.map(\.attempt) == [1, 1])
      #expect(Set(hands.orders.map(\.key)).count == 1)
      let record = try #require(try await loop.engine.history().first)
      #expect(record.state == .done && record.attempts == 1)
      #expect(try await loop.engine.jobs().first { $0.id == job.id }?.failures == 0)
      #expect(try await loop.inbox().map(\.kind) == [.report])
      #expect(try await loop.inbox().map(\.text.es) == ["Hecho."])
    }
  }

  @Test("A job that never ends is cut at its limit, even if it does not listen, and the rest goes on")
  func endless() async throws {
    let never = OneShot<Void>()
    let hands = NotingHands { order in
      if order.action.action == .runSkill { await never.wait() }
      return ActionOutcome()
    }
    try await Fixture.with(hands: hands) { loop in
      let endless = try await loop.add("0 11 * * *", .runSkill, ["skill": "calc"], limitSeconds: 600)
      try await loop.add("1 11 * * *", .backupMemory)
      loop.clock.pass(3_600_000)
      await loop.engine.advance()
      loop.clock.pass(120_000)
      await loop.engine.advance()
      #expect(hands.actions == [.runSkill], "one at a time")
      #expect(try await loop.engine.status().running.map(\.action.job) == [endless.id])
      loop.clock.pass(480_000)
      await loop.engine.advance()
      await loop.engine.settle()
      #expect(hands.actions == [.runSkill, .backupMemory])
      let history = try await loop.engine.history()
      #expect(Set(history.map(\.state)) == [.failed, .done])
      #expect(history.first { $0.state == .failed }?.text?.es.contains("600 segundos") == true)
      // When it ends after all, nobody counts on it any more.
      never.set(())
      await loop.engine.settle()
      #expect(try await loop.engine.history().count == 2)
    }
  }

  @Test("What is urgent does not wait for something that takes long")
  func urgent() async throws {
    let (never, pruned) = (OneShot<Void>(), OneShot<Void>())
    let hands = NotingHands { order in
      if order.action.action == .runSkill { await never.wait() } else { pruned.set(()) }
      return ActionOutcome()
    }
    try await Fixture.with(hands: hands, quietBuiltins: false) { loop in
      try await loop.switchOffBuiltins(but: ["prune_on_memory"])
      try await loop.add("0 11 * * *", .runSkill, ["skill": "calc"])
      loop.clock.pass(3_600_000)
      await loop.engine.advance()
      try await loop.engine.post(LoopEvent(.memoryHigh, values: ["bytes": "10100000000"]))
      await loop.engine.advance()
      await pruned.wait()
      #expect(try await loop.engine.status().running.contains { $0.action.action == .runSkill })
      never.set(())
      await loop.engine.settle()
      #expect(Set(hands.actions) == [.runSkill, .pruneCaches])
    }
  }

  @Test("A failing job is tried again after 1, 2, 4 and 8 minutes, then suspended, and told of once")
  func failing() async throws {
    let hands = NotingHands { _ in
      throw SaraiError(.network, es: "No hay red.", en: "There is no network.")
    }
    try await Fixture.with(hands: hands) { loop in
      let job = try await loop.add("0 11 * * *", catchUp: .all)
      var times: [Int64] = []
      for _ in 0..<60 * 24 {
        let before = hands.orders.count
        await loop.pass(minutes: 1)
        if hands.orders.count > before { times.append(loop.clock.now / 60_000) }
      }
      #expect(zip(times.dropFirst(), times).map { $0 - $1 } == [1, 2, 4, 8])
      #expect(Set(hands.orders.map(\.key)).count == 1)
      let alerts = try await loop.inbox(.alert)
      #expect(
        alerts.count == 1 && alerts[0].text.es.contains("No hay red.") && alerts[0].text.en.contains("no network"))
      #expect(try await loop.engine.history().filter { $0.action.job == job.id }.map(\.state) == [.failed])
      #expect(try await loop.engine.status().suspendedJobs == 1)
      // Switched on again, it begins with a clean slate.
      hands.change { _ in ActionOutcome() }
      try await loop.engine.editJob(job.id, owner: LoopOwner.local, LoopJobEdit(isEnabled: true))
      await loop.pass(hours: 24)
      #expect(hands.orders.count == 6)
      #expect(try await loop.engine.jobs().first { $0.id == job.id }?.failures == 0)
    }
  }

  @Test("A skill that fails is not run again for the same occasion, and its job waits longer each time")
  func failingSkill() async throws {
    let hands = NotingHands { _ in throw SaraiError(.skillFailed, es: "Falló.", en: "It failed.") }
    try await Fixture.with(hands: hands) { loop in
      try await loop.add("* * * * *", .runSkill, ["skill": "calc"])
      await loop.pass(hours: 2)
      #expect(hands.orders.count == 5)
      #expect(Set(hands.orders.map(\.key)).count == 5)
      #expect(hands.orders.allSatisfy { $0.attempt == 1 })
      #expect(try await loop.inbox(.alert).count == 1)
    }
  }

  @Test("Of a job for one time only that fails, the person hears at once")
  func failingOnce() async throws {
    let hands = NotingHands { _ in throw SaraiError(.skillFailed, es: "Falló.", en: "It failed.") }
    try await Fixture.with(hands: hands) { loop in
      try await loop.add("at 2026-11-23T10:00:00Z", .runSkill, ["skill": "correo"], name: "correo")
      await loop.pass(hours: 24)
      #expect(hands.orders.count == 1)
      #expect(try await loop.inbox(.alert).count == 1)
      #expect(try await loop.inbox(.alert).first?.text.es.hasPrefix("El trabajo «correo» ha fallado: Falló.") == true)
    }
  }

  @Test("What a job was asked to do now is done now, paused or not, and its outcome can be waited for")
  func runNow() async throws {
    try await Fixture.with { loop in
      let job = try await loop.add("0 4 * * *", .backupMemory)
      try await loop.engine.pause()
      let key = try await loop.engine.runNow(job: job.id, owner: LoopOwner.local)
      let engine = loop.engine
      async let outcome = engine.outcome(of: key)
      await loop.engine.settle()
      #expect(try await outcome.state == .done)
      #expect(try await loop.engine.status().state == .paused)
      await #expect(throws: SaraiError.self) { try await loop.engine.runNow(job: 999, owner: LoopOwner.local) }
      await #expect(throws: SaraiError.self) { try await loop.engine.runNow(job: job.id, owner: "other") }
    }
  }

  @Test("A pause holds everything until its end, and what was missed is caught up")
  func pause() async throws {
    try await Fixture.with { loop in
      try await loop.add("@hourly")
      try await loop.engine.pause(until: loop.clock.now + 3 * 3_600_000 - 60_000)
      await loop.pass(hours: 2)
      #expect(loop.hands.orders.isEmpty)
      try await loop.restart()
      #expect(try await loop.engine.status().state == .paused)
      await loop.pass(minutes: 59)
      #expect(loop.hands.orders.count == 1)
      #expect(try await loop.engine.status().state == .running)
    }
  }

  @Test("Switched off, it does nothing and hears nothing, and still shows what there is")
  func disabled() async throws {
    try await Fixture.with(quietBuiltins: false) { loop in
      loop.settings.isEnabled = false
      try await loop.engine.configure(loop.settings)
      try await loop.post(.memoryHigh, ["bytes": "11000000000"])
      await loop.pass(hours: 26)
      #expect(loop.hands.orders.isEmpty)
      #expect(try await loop.engine.status().state == .disabled)
      #expect(try await loop.engine.jobs().count > 10)
    }
  }

  @Test("run() does what is due while the clock moves, and ends when it is closed")
  func running() async throws {
    try await Fixture.with { loop in
      let done = OneShot<Void>()
      loop.hands.change { _ in
        done.set(())
        return ActionOutcome()
      }
      try await loop.add("0 11 * * *")
      let engine = loop.engine
      let task = Task { await engine.run() }
      loop.clock.pass(3_600_000)
      await done.wait()
      try await engine.close()
      await task.value
      #expect(loop.hands.orders.count == 1)
    }
  }
}
