package import SaraiMemory
import Synchronization

/// What is held in memory of the owners who were there lately. There is never more than one of an owner: who still uses
/// one that was let go shares it with whoever asks for it next, so that lessons under way are waited for.
package final class OwnerMemories: Sendable {
  private struct Held {
    weak var memory: OwnerMemory?
  }

  private struct State {
    /// The one used last at the end.
    var lately: [OwnerMemory] = []
    var all: [Owner: Held] = [:]
  }

  private let mostOwners: Int
  private let store: MemoryStore
  private let state = Mutex(State())

  /// - Parameter mostOwners: So many are held, used or not.
  package init(mostOwners: Int, store: MemoryStore) {
    self.mostOwners = mostOwners
    self.store = store
  }

  package func memory(of owner: Owner) -> OwnerMemory {
    state.withLock { state in
      let memory = state.all[owner]?.memory ?? OwnerMemory(owner, store: store)
      if let place = state.lately.firstIndex(where: { $0 === memory }) { state.lately.remove(at: place) }
      state.lately.append(memory)
      state.all[owner] = Held(memory: memory)
      if state.lately.count > mostOwners { state.lately.removeFirst() }
      if state.all.count > 4 * mostOwners { state.all = state.all.filter { $0.value.memory != nil } }
      return memory
    }
  }

  /// Those that somebody holds.
  package var all: [OwnerMemory] { state.withLock { $0.all.values.compactMap(\.memory) } }
}
