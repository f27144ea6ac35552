import GRDB
import SaraiStore
import Synchronization

extension MemoryOpening {
  /// Compares what there was, as far as it is known, with the backup that took its place.
  ///
  /// - Parameter known: What the memory had given numbers to before, where it was open.
  init(_ opening: StoreOpening, _ store: Store, known: Marks.Numbers? = nil) {
    self.store = opening
    lost = nil
    let damaged: String?
    switch opening.recovery {
    case .restored(_, let file): damaged = file
    case .refilled: damaged = nil
    default: return
    }
    guard let kept = try? store.read({ try Marks.Numbers($0) }) else { return }
    // What a file shows without its log may be long past.
    let shown = damaged.flatMap { file -> Marks.Numbers? in
      guard !StoreFault.hasLog(file) else { return nil }
      return try? Store.inspect(file, options: store.options) { try Marks.Numbers($0) }
    }
    guard let had = known ?? shown else { return }
    lost = LostContent(facts: max(0, had.fact - kept.fact), turns: max(0, had.turn - kept.turn))
  }
}

/// The highest numbers given so far: numbers are never used again, so a difference counts what came since.
final class Marks: Sendable {
  struct Numbers {
    var fact: Int
    var turn: Int
  }

  private let last = Mutex<Numbers?>(nil)

  var numbers: Numbers? { last.withLock { $0 } }

  func set(_ numbers: Numbers?) { last.withLock { $0 = numbers } }

  /// What a batch that is on the disk was given.
  func note(_ receipt: Receipt) {
    let facts = receipt.outcomes.map { if case .added(let id, _) = $0 { Int(id.rawValue) } else { 0 } }
    let turn = max(Int(receipt.turn?.rawValue ?? 0), Int(receipt.reply?.rawValue ?? 0))
    last.withLock { last in
      guard let known = last else { return }
      last = Numbers(fact: max(known.fact, facts.max() ?? 0), turn: max(known.turn, turn))
    }
  }
}

extension Marks.Numbers {
  init(_ database: Database) throws {
    func last(_ table: String) throws -> Int {
      Int(try database.number("SELECT seq FROM sqlite_sequence WHERE name = ?", [table]) ?? 0)
    }
    self.init(fact: try last("fact"), turn: try last("turn"))
  }
}
