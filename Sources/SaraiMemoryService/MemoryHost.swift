package import Logging
import MemoryProtocol
package import SaraiCore
package import SaraiMemory
import SkillProtocol
import Synchronization

/// Who helps a memory to read and to find; it does without those that are absent.
package struct MemoryHelpers: Sendable {
  package var embedder: (any TextEmbedder)?
  package var parser: (any SentenceParsing)?
  package var model: (any FactModel)?

  /// Those behind sockets that were granted.
  package init(embeddings: String? = nil, parser: String? = nil, model: String? = nil) {
    embedder = embeddings.map { EngineEmbedder(socket: $0) }
    self.parser = parser.map { SkillParser(socket: $0) }
    self.model = model.map { EngineFactModel(socket: $0) }
  }
}

/// Everybody's memory as one process serves it: the store, what reads sentences and questions, and an index of turns for
/// each owner who was there lately.
package final class MemoryHost: Sendable {
  /// Owners of whom an index is kept in memory at most.
  private static let mostOwners = 32

  let folder: String
  let store: MemoryStore
  let embedder: (any TextEmbedder)?
  let parser: (any SentenceParsing)?
  let model: (any FactModel)?
  let log: Logger
  /// The store keeps its thread while it waits for the disk: reading and writing have threads of their own, so that
  /// who reads never waits for all those who write.
  private let readers = SkillThreads(maximum: 4)
  private let writers = SkillThreads(maximum: 4)
  private let owners: OwnerMemories
  private let repaired: @Sendable (Localized) -> Void

  let lastCall = Mutex(ContinuousClock.now)
  let waits = TimeHistogram()
  let learning = TimeHistogram()
  let news = FactWatchers()
  let counters = Mutex(Counters())

  /// What was done since the process started.
  struct Counters {
    var turns: UInt64 = 0
    var facts: UInt64 = 0
    var answers: UInt64 = 0
    /// Of questions about what was told.
    var known: UInt64 = 0
    var unknown: UInt64 = 0
    var contradictory: UInt64 = 0
    var vacuums: UInt64 = 0
    var vacuumSavedBytes: UInt64 = 0

    mutating func count(_ outcome: Sarai_Memory_V1_RespondReply.Outcome) {
      if outcome != .none { answers += 1 }
      switch outcome {
      case .known: known += 1
      case .unknown: unknown += 1
      case .contradictory: contradictory += 1
      default: break
      }
    }

    mutating func count(_ vacuum: VacuumReport) {
      vacuums += 1
      vacuumSavedBytes += UInt64(max(0, vacuum.bytesBefore - vacuum.bytesAfter))
    }
  }

  /// Who is told of a repair, once there is somebody.
  private final class RepairWatch: Sendable {
    private let host = Mutex<Reference>(Reference())

    private struct Reference {
      weak var host: MemoryHost?
    }

    func set(_ host: MemoryHost) { self.host.withLock { $0.host = host } }

    func tell(_ opening: MemoryOpening) { host.withLock { $0.host }?.noteRepair(opening) }
  }

  /// - Parameter repaired: Called where the store's file was damaged and a backup took its place, with what the person
  ///   has to know.
  /// - Throws: What opening the store throws.
  package init(
    folder: String, helpers: MemoryHelpers, log: Logger, repaired: @escaping @Sendable (Localized) -> Void = { _ in }
  ) throws {
    self.folder = folder
    self.repaired = repaired
    let watch = RepairWatch()
    store = try MemoryStore.open(folder: folder, repaired: { watch.tell($0) })
    embedder = helpers.embedder
    parser = helpers.parser
    model = helpers.model
    self.log = log
    owners = OwnerMemories(mostOwners: Self.mostOwners, store: store)
    removeTemporaryFiles()
    watch.set(self)
  }

  private func noteRepair(_ opening: MemoryOpening) {
    forgetIndexes()
    guard let message = opening.message else { return }
    log.error("memory: \(message.en)")
    repaired(message)
  }

  package func close() throws { try store.close() }

  /// What the person has to know of the file, such as that a backup is in its place.
  package var notice: Localized? { store.opening.message }

  // MARK: - Threads and owners

  func reading<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await Task(executorPreference: readers) { try body() }.value
  }

  func writing<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    try await Task(executorPreference: writers) { try await body() }.value
  }

  func writing<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await Task(executorPreference: writers) { try body() }.value
  }

  /// What is held of an owner; of those who were not there for longest it is let go.
  func memory(of owner: Owner) -> OwnerMemory {
    lastCall.withLock { $0 = .now }
    return owners.memory(of: owner)
  }

  /// Everything in memory is read again: the file is another one.
  func forgetIndexes() {
    for owner in owners.all { owner.dropIndex() }
  }

  /// Waits until what the owner said before is learnt, and says how long that took.
  func settle(_ memory: OwnerMemory, withinSeconds seconds: Double) async -> Double {
    let start = ContinuousClock.now
    await memory.lessons.settle(withinSeconds: min(30, seconds))
    let waited = start.duration(to: .now) / .seconds(1)
    waits.add(seconds: waited)
    return waited
  }
}
