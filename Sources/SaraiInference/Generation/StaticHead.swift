import SaraiCore
import Synchronization

/// How prompts begin that were seen lately, as far as their static messages decide it.
///
/// To find that out takes three layouts of the static messages, which for a long system prompt is longer than to read
/// its saved state; to see that a prompt begins like another one takes nothing.
struct StaticHeads {
  private struct Head {
    let tokens: [Int32]
    let messageCount: Int
  }

  /// The last one used comes first.
  private var heads: [Head] = []
  private static let capacity = 8

  mutating func add(_ tokens: [Int32], messageCount: Int) {
    heads.removeAll { $0.messageCount == messageCount && $0.tokens == tokens }
    heads.insert(Head(tokens: tokens, messageCount: messageCount), at: 0)
    heads.removeLast(max(0, heads.count - Self.capacity))
  }

  /// The length of the head that `tokens` begins with, of as many static messages; nil where none is known.
  mutating func length(in tokens: [Int32], messageCount: Int) -> Int? {
    guard
      let index = heads.firstIndex(where: {
        $0.messageCount == messageCount && !$0.tokens.isEmpty && tokens.starts(with: $0.tokens)
      })
    else { return nil }
    heads.insert(heads.remove(at: index), at: 0)
    return heads[0].tokens.count
  }
}

extension TextEngine {
  /// How many leading tokens of a prompt do not depend on what comes after its static messages.
  func staticTokens(of messages: [Message], within tokens: [Int32]) async -> Int {
    if let known = staticHeads.withLock({ $0.length(in: tokens, messageCount: messages.count) }) { return known }
    func layout(_ messages: [Message]) async -> [Int32] {
      // A template may refuse these messages.
      (try? await applyTemplate(messages, addGenerationPrompt: false).tokens) ?? []
    }
    let own = await layout(messages)
    // What two users' messages share that begin differently is decided before their first word.
    let one = await layout(messages + [Message(.user, "a")])
    let head = Array(one.prefix(commonPrefixLength(one, await layout(messages + [Message(.user, "1")]))))
    guard !head.isEmpty, tokens.starts(with: head) else {
      // Where the next message is not a user's, or begins in an unusual way, the prefix ends with the static messages:
      // a beginning of its own for every way would be one more file on the disk.
      return min(commonPrefixLength(own, tokens), head.isEmpty ? .max : commonPrefixLength(own, head))
    }
    staticHeads.withLock { $0.add(head, messageCount: messages.count) }
    return head.count
  }
}
