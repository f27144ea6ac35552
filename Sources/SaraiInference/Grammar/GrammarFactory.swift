import SaraiCore
import Synchronization

/// Makes grammars for one model.
///
/// A grammar comes from outside. It is checked before a program is made of it, and every step of the program is bounded,
/// so nothing here can run without end. The grammars used last are kept with what was worked out of them: the next
/// request under the same one finds its masks ready.
final class GrammarFactory: Sendable {
  private struct Kept {
    var grammar: GenerationGrammar
    var automaton: GrammarAutomaton
  }

  private struct State {
    var trie: TokenTrie?
    /// The one used last comes last.
    var automata: [Kept] = []
  }

  private static let keptCount = 8
  private let model: LlamaModel
  private let state = Mutex(State())

  init(model: LlamaModel) { self.model = model }

  /// - Throws: `SaraiError.invalidRequest` or `.tooLarge`, with the subject "grammar".
  func make(_ grammar: GenerationGrammar) throws -> TokenGrammar {
    let automaton = try state.withLock { state in
      if let index = state.automata.firstIndex(where: { $0.grammar == grammar }) {
        state.automata.append(state.automata.remove(at: index))
        return state.automata[state.automata.count - 1].automaton
      }
      let trie = try state.trie ?? TokenTrie(model: model)
      state.trie = trie
      let automaton = try GrammarAutomaton(grammar, vocabulary: trie)
      if state.automata.count == Self.keptCount { state.automata.removeFirst() }
      state.automata.append(Kept(grammar: grammar, automaton: automaton))
      return automaton
    }
    return try TokenGrammar(automaton)
  }

  /// Refuses a grammar whose shortest text takes more tokens than there may be.
  ///
  /// - Throws: `SaraiError.invalidRequest` that says how many it takes, with the subject "max_tokens".
  static func check(_ grammar: TokenGrammar, maxTokens: Int) throws {
    guard !grammar.canClose(within: maxTokens) else { return }
    let needed = grammar.closing(limit: 1 << 20)?.count
    throw SaraiError(
      .invalidRequest,
      es: "La gramática no cabe en \(maxTokens) tokens: el texto más corto que la cumple ocupa "
        + (needed.map { "\($0)" } ?? "más de un millón") + ". Sube «max_tokens» o acorta la conversación.",
      en: "The grammar does not fit in \(maxTokens) tokens: the shortest text under it takes "
        + (needed.map { "\($0)" } ?? "more than a million") + ". Raise \"max_tokens\" or shorten the conversation.",
      subject: "max_tokens")
  }
}
