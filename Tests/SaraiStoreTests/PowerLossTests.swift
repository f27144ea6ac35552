import CPowerLossVFS
import Foundation
import GRDB
import SaraiCore
import SaraiStore
import TestSupport
import Testing

/// One disk for the process: one test at a time.
@Suite(.serialized) struct PowerLossTests {
  private func options(_ fixture: Fixture) -> StoreOptions {
    var options = fixture.options()
    options.baseVFS = "power-loss"
    return options
  }

  /// What a disk that lost power did to the promises of a store.
  private struct Losses {
    var lost = 0
    var doubled = 0
    var damaged = 0
    var total: Int { lost + doubled + damaged }
  }

  /// Opens what the disk kept and reads all of it.
  private func inspect(_ fixture: Fixture) throws -> (store: Store, numbers: [Int]) {
    let store = try Store(options(fixture))
    do {
      guard try store.integrity() == ["ok"] else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      return (store, try store.texts().compactMap(Int.init))
    } catch {
      try? store.close()
      throw error
    }
  }

  /// Writes numbers until the power fails, opens again, and compares with what was acknowledged; over and over.
  private func cut(rounds: Int, seed: UInt64, isSynced: Bool, _ fixture: Fixture) throws -> Losses {
    #expect(power_loss_register() == 0)
    var random = SeededRandom(seed)
    var losses = Losses()
    var next = 0
    var acknowledged = 0
    for _ in 0..<rounds {
      power_loss_restore()
      var found: (store: Store, numbers: [Int])
      do { found = try inspect(fixture) } catch {
        // Not even a backup to go back to: begin anew.
        losses.damaged += 1
        losses.lost += acknowledged
        power_loss_restore()
        try FileManager.default.removeItem(at: fixture.folder)
        try FileManager.default.createDirectory(at: fixture.folder, withIntermediateDirectories: true)
        acknowledged = 0
        found = try inspect(fixture)
      }
      let (store, ids) = found
      if store.opening.recovery != nil { losses.damaged += 1 }
      losses.doubled += ids.count - Set(ids).count
      losses.lost += Set(0..<acknowledged).subtracting(ids).count
      // What was not acknowledged may be there or not; go on from what there is.
      acknowledged = (ids.max() ?? -1) + 1
      next = acknowledged
      if !isSynced { try store.withWriter { try $0.execute(sql: "PRAGMA synchronous = OFF") } }
      power_loss_cut_after(Int64.random(in: 0..<150, using: &random), random.next())
      while power_loss_is_cut() == 0 {
        do {
          try store.add((next..<next + 3).map(String.init))
          next += 3
          acknowledged = next
          if next % 30 == 0 { try store.truncateLog() }
        } catch {
          #expect(power_loss_is_cut() != 0, "\(error)")
        }
      }
      try? store.close()
    }
    power_loss_restore()
    return losses
  }

  @Test("No power cut loses what was acknowledged, doubles it, or damages the file")
  func synced() async throws {
    var left = rounds(150, soak: 10_000)
    var random = SeededRandom(soakSeed(7))
    // Each opening reads all of it: a store that grows without end would be read more than it is cut.
    while left > 0 {
      let here = min(left, 250)
      try await Fixture.with { fixture in
        let losses = try cut(rounds: here, seed: random.next(), isSynced: true, fixture)
        #expect(losses.lost == 0)
        #expect(losses.doubled == 0)
        #expect(losses.damaged == 0)
      }
      left -= here
    }
  }

  @Test("The same disk breaks a store that does not sync, so that the test above can fail")
  func unsynced() async throws {
    try await Fixture.with { fixture in
      let losses = try cut(rounds: 40, seed: 7, isSynced: false, fixture)
      #expect(losses.total > 0)
      #expect(losses.lost > 0)
    }
  }

  @Test("A full disk is a clear error, loses nothing, and is over when there is room again")
  func fullDisk() async throws {
    try await Fixture.with { fixture in
      #expect(power_loss_register() == 0)
      power_loss_restore()
      let store = try Store(options(fixture))
      try store.add(["antes"])
      for limit in stride(from: 20_000 as Int64, to: 200_000, by: 9_000) {
        power_loss_limit(limit)
        var written = 0
        let code = fault {
          while written < 1000 {
            try store.add([String(repeating: "x", count: 3000)])
            written += 1
          }
        }
        #expect(code == .insufficientResources, "limit \(limit)")
        #expect(try store.texts().first == "antes")
        #expect(try store.texts().count == 1 + written)
        power_loss_limit(-1)
        try store.write { try $0.execute(sql: "DELETE FROM note WHERE id > 1") }
        #expect(try store.integrity() == ["ok"])
      }
      try store.close()
      power_loss_restore()
    }
  }
}
