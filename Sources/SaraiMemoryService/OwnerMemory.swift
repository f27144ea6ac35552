import SaraiCore
package import SaraiMemory
import Synchronization

/// What is held in memory of one owner: the lessons under way, and the index of their turns.
package final class OwnerMemory: Sendable {
  package let owner: Owner
  package let lessons = LessonQueue()
  private let store: MemoryStore
  /// Nil until it is first needed, and after what changes too much of it.
  private let index = Mutex<Loaded?>(nil)
  /// Whether somebody computes vectors for the owner's turns now.
  let isEmbedding = Mutex(false)
  private let embedded = Mutex<(model: String, last: TurnID)?>(nil)

  /// What the last turn said that was answered, as a hash: it may be private.
  private let said = Mutex<Int?>(nil)

  private struct Loaded {
    var index: TurnIndex
    /// Whose vectors it has.
    var model: String?
  }

  init(_ owner: Owner, store: MemoryStore) {
    self.owner = owner
    self.store = store
  }

  /// Runs `body` on the index, which is read from the store where it is not there yet.
  ///
  /// - Parameter model: Whose vectors; nil where nobody computes any.
  func withIndex<Result>(model: String?, _ body: (inout TurnIndex) throws -> Result) throws -> Result {
    try index.withLock { index in
      var loaded: Loaded
      if let known = index, model == nil || known.model == model {
        loaded = known
      } else {
        loaded = Loaded(index: try store.turnIndex(of: owner, model: model ?? ""), model: model)
      }
      // Moved out, so that it is changed in place.
      index = nil
      defer { index = loaded }
      return try body(&loaded.index)
    }
  }

  /// Changes the index where there is one: what is not there is read whole from the store later.
  func updateIndex(_ body: (inout TurnIndex) throws -> Void) {
    index.withLock { index in
      guard var loaded = index else { return }
      index = nil
      // An index that could not be brought up to date is read anew.
      guard (try? body(&loaded.index)) != nil else { return }
      index = loaded
    }
  }

  func dropIndex() {
    index.withLock { $0 = nil }
    embedded.withLock { $0 = nil }
  }

  /// Notes what a turn says.
  ///
  /// - Returns: The hash of what the turn before it said; nil for the first since the process began.
  func heard(_ text: String) -> Int? {
    said.withLock { said in
      defer { said = text.hashValue }
      return said
    }
  }

  /// What was asked back in the last turn that was answered.
  private let question = Mutex<OpenQuestion?>(nil)

  func ask(_ asked: OpenQuestion) { question.withLock { $0 = asked } }

  /// What was asked back in the turn before this one of a conversation: it is asked once.
  func takeQuestion(in conversation: String) -> OpenQuestion? {
    question.withLock { question in
      defer { question = nil }
      return question?.conversation == conversation ? question : nil
    }
  }

  // MARK: - Vectors

  /// True for the one who computes them from now on, until that one sets `isEmbedding` back.
  func beginEmbedding() -> Bool {
    isEmbedding.withLock { isEmbedding in
      defer { isEmbedding = true }
      return !isEmbedding
    }
  }

  /// The turn up to which every one is known to have its vector; nil where that is not known of the model.
  func lastWithVector(of model: String) -> TurnID? {
    embedded.withLock { $0.flatMap { $0.model == model ? $0.last : nil } }
  }

  func noteVectors(of model: String, upTo last: TurnID) { embedded.withLock { $0 = (model, last) } }

  /// Adds turns that were just stored.
  func take(_ turns: [Turn]) {
    updateIndex { index in
      for turn in turns where !index.contains(turn.id) { try index.insert(turn) }
    }
  }
}
