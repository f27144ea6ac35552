import Foundation
import SaraiCore
import SaraiMemory
import TestSupport

/// A memory in a folder of its own.
struct StoreFixture {
  let folder: URL
  static let ana = Owner.local

  var path: String { folder.appending(path: "memory.db").path }

  func open() throws -> MemoryStore { try MemoryStore.open(folder: folder.path) }

  static func with(_ body: (StoreFixture, MemoryStore) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let fixture = StoreFixture(folder: folder)
      let memory = try fixture.open()
      try await body(fixture, memory)
      try memory.close()
    }
  }

  /// Which files of the folder hold the bytes of a text, in UTF-8 or UTF-16.
  func files(holding text: String) throws -> [String] {
    var found: [String] = []
    let needles = [Data(text.utf8), Data(text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })]
    for case let name as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
      guard let content = try? Data(contentsOf: folder.appending(path: name)) else { continue }
      if needles.contains(where: { content.range(of: $0) != nil }) { found.append(name) }
    }
    return found.sorted()
  }
}

extension MemoryStore {
  /// Stores one fact and gives its number.
  @discardableResult
  func add(
    _ subject: Term, _ verb: Term, _ object: Term, replacing: Replacement = .nothing,
    owner: Owner = StoreFixture.ana, said: String? = nil, _ change: (inout NewFact) -> Void = { _ in }
  ) throws -> FactID {
    var fact = NewFact(subject, verb, object)
    change(&fact)
    let turn = said.map { NewTurn(conversation: "c", text: $0) }
    let receipt = try store(Batch(owner: owner, turn: turn, changes: [.add(fact, replacing: replacing)]))
    switch receipt.outcomes[0] {
    case .added(let id, _), .confirmed(let id, _): return id
    default: throw SaraiError(.internalFault, es: "", en: "no fact")
    }
  }

  /// Facts as "subject verb object", with a "no" before the verb of negated ones.
  func say(_ query: FactQuery) throws -> [String] {
    try recall(query).map { "\($0.subject) \($0.isNegated ? "no " : "")\($0.verb) \($0.object)" }
  }
}

/// The code of what a closure throws; nil where it throws nothing of SARAi's.
func fault(_ body: () throws -> Void) -> SaraiError.Code? {
  do {
    try body()
    return nil
  } catch { return (error as? SaraiError)?.code }
}
