import Foundation
import SaraiCore
import SaraiStore
import Synchronization
import TestSupport
import Testing

/// Somebody deletes, moves or replaces the file while it is open.
@Suite struct RewritingTests {
  /// What the person was told, in order.
  private final class Told: Sendable {
    let recoveries = Mutex<[StoreOpening.Recovery?]>([])

    var all: [StoreOpening.Recovery?] { recoveries.withLock { $0 } }
  }

  private func open(_ fixture: Fixture, _ told: Told) throws -> Store {
    var options = fixture.options()
    options.onRepair = { store, report in
      // The store may be used by whoever is told.
      _ = try? store.texts()
      told.recoveries.withLock { $0.append(report.recovery) }
    }
    return try Store(options)
  }

  private func expect(_ texts: [String], in fixture: Fixture, _ comment: Comment? = nil) throws {
    let again = try fixture.open()
    #expect(again.opening.recovery == nil, comment)
    #expect(try again.texts() == texts, comment)
    #expect(try again.integrity() == ["ok"], comment)
    try again.close()
  }

  @Test("What is acknowledged after the file, its log or its whole folder was deleted is kept", arguments: 0..<3)
  func deleted(what: Int) async throws {
    try await Fixture.with { fixture in
      let told = Told()
      let store = try open(fixture, told)
      try store.add(["antes"])
      try store.backup()
      switch what {
      case 0: try FileManager.default.removeItem(atPath: fixture.path)
      case 1: try FileManager.default.removeItem(atPath: fixture.path + "-wal")
      default: try FileManager.default.removeItem(at: fixture.folder)
      }
      try store.add(["después"])
      #expect(told.all == [.rewritten(otherFile: nil)])
      try store.add(["más tarde"])
      #expect(told.all.count == 1)
      #expect(try store.texts() == ["antes", "después", "más tarde"])
      #expect(fault { _ = try fixture.open() } == .busy)
      try store.close()
      try expect(["antes", "después", "más tarde"], in: fixture)
    }
  }

  @Test("A file that was moved away is written again before the next read, and where it is closed")
  func moved() async throws {
    try await Fixture.with { fixture in
      let told = Told()
      let store = try open(fixture, told)
      try store.add(["antes"])
      try FileManager.default.moveItem(atPath: fixture.path, toPath: fixture.path + ".away")
      #expect(try store.texts() == ["antes"])
      #expect(told.all == [.rewritten(otherFile: nil)])
      try FileManager.default.removeItem(atPath: fixture.path)
      try store.close()
      #expect(told.all.count == 2)
      try expect(["antes"], in: fixture)
    }
  }

  @Test("A file put in the place of the open one is kept beside it, and what was told stays")
  func replaced() async throws {
    try await Fixture.with { fixture in
      let told = Told()
      let store = try open(fixture, told)
      try store.add(["mía"])
      let other = Fixture(folder: fixture.folder.appending(path: "other"))
      let theirs = try other.open()
      try theirs.add(["ajena"])
      try theirs.close()
      #expect(rename(other.path, fixture.path) == 0)
      try store.compact()
      #expect(try store.texts() == ["mía"])
      guard case .rewritten(let aside?) = told.all.first else {
        Issue.record("\(told.all)")
        return
      }
      try store.add(["otra mía"])
      try store.close()
      try expect(["mía", "otra mía"], in: fixture)
      let kept = try Store.inspect(aside, options: fixture.options()) { try $0.texts() }
      #expect(kept == ["ajena"])
      let last = try fixture.open()
      #expect(try last.purgeCopies() > 0)
      #expect(!FileManager.default.fileExists(atPath: aside))
    }
  }

  @Test(
    "Where it cannot be written again nothing more is acknowledged, what is open is still read, and all of it is there again once it can"
  )
  func noFolder() async throws {
    try await Fixture.with { outer in
      let fixture = Fixture(folder: outer.folder.appending(path: "inner"))
      let told = Told()
      let store = try open(fixture, told)
      try store.add(["antes"])
      try FileManager.default.removeItem(at: fixture.folder)
      try Data().write(to: fixture.folder)
      #expect(fault { try store.add(["nadie lo guarda"]) } == .notAvailable)
      #expect(try store.texts().first == "antes")
      #expect(told.all.isEmpty)
      try FileManager.default.removeItem(at: fixture.folder)
      try store.add(["después"])
      #expect(told.all == [.rewritten(otherFile: nil)])
      try store.close()
      let again = try fixture.open()
      #expect(try again.texts().filter { $0 != "nadie lo guarda" } == ["antes", "después"])
    }
  }
}
