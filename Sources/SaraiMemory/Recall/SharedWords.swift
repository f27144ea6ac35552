/// Whether a text says a word that a question says, whatever its ending.
package struct SharedWords: Sendable {
  private let terms: Set<String>

  package init(_ question: String) {
    let words = WordSplitter.words(question, limit: 256)
    terms = Set(RecallTerms.groups(words, language: RecallTerms.language(of: words), without: []).flatMap { $0 })
  }

  package func occur(in text: String) -> Bool {
    let words = WordSplitter.words(text, limit: 1024)
    return RecallTerms.groups(words, language: nil, without: []).contains { group in
      group.contains { terms.contains($0) }
    }
  }
}
