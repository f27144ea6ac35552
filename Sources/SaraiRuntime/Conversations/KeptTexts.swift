import SaraiCore
package import SaraiMemory
import Synchronization

/// What a chat keeps of what was said, as a forgetting sees it: conversations, and the lines that were typed.
///
/// Whoever asks the memory to forget takes it out of these too, before saying that it is forgotten: the memory's process
/// cannot reach them.
package final class KeptTexts: Sendable {
  /// Whose conversations these are: those of who sits at this machine.
  package static let owner = "local"

  private let conversations: ConversationStore
  private let history: InputHistory
  /// What was forgotten since it was last asked for; nil where nobody will ask.
  private let news = Mutex<[ForgottenWords]?>(nil)

  package init(folders: Folders) {
    conversations = ConversationStore(folder: folders.conversations)
    history = InputHistory(path: folders.state + "/chat-history")
  }

  /// Takes what was forgotten out of everything that is kept, to the last byte: it is written over where it stands.
  ///
  /// - Returns: How much there was; nil for an owner of whom nothing is kept here.
  func leaveOut(_ forgotten: MemoryForgotten, of owner: String) -> ForgottenElsewhere? {
    guard owner == Self.owner else { return nil }
    let words = ForgottenWords(forgotten)
    guard !words.isEmpty else { return ForgottenElsewhere() }
    news.withLock { $0?.append(words) }
    var result = ForgottenElsewhere()
    do {
      result.lines = try history.leaveOut(words)
    } catch {
      result.fault = error as? SaraiError
    }
    do {
      result.messages = try conversations.leaveOut(words)
    } catch {
      result.fault = error as? SaraiError
    }
    return result
  }

  /// From now on `news` tells an open chat what else it has to leave out.
  package func listen() { news.withLock { $0 = $0 ?? [] } }

  /// What was forgotten since the last call.
  package func takeNews() -> [ForgottenWords] {
    news.withLock { news in
      defer { if news != nil { news = [] } }
      return news ?? []
    }
  }
}
