import Glibc
package import SaraiCore

/// A turn that may hold what a question wants.
package struct RankedTurn: Sendable, Hashable {
  package let id: TurnID
  /// For comparing with the other turns of the same question; no probability.
  package let score: Float
  /// How near its vector is to the question's: cosine, less the mean of all turns; nil where either has none.
  package let similarity: Float?
}

/// All turns of one owner in memory, ready to be searched: words, vectors, who spoke, when, and what stands beside
/// what.
///
/// It holds no text. 100,000 turns take some 38 MB for vectors and 20 MB for the rest. A value: copies are independent.
package struct TurnIndex: Sendable {
  /// Turns of one conversation with a longer silence between them belong to different segments.
  static let segmentGapMilliseconds: Int64 = 6 * 3_600_000

  private var documents: [TurnID: Int] = [:]
  private var entries: [Entry] = []
  private var terms = TermIndex()
  private var vectors = VectorTable()
  private var speakers = Speakers()
  private var conversations: [String: Tail] = [:]
  private struct Entry {
    let id: TurnID
    let saidAt: Timestamp
    let speaker: Int16
    let speaksOfTime: Bool
    /// What the turn scores whatever is asked.
    let prior: Float
  }

  /// Where a conversation stands.
  private struct Tail {
    var document: Int
    var language: Language
  }

  package init() {}

  /// Turns that are there.
  package var count: Int { documents.count }

  package func contains(_ id: TurnID) -> Bool { documents[id] != nil }

  // MARK: Changing

  /// Adds a turn behind the others of its conversation. One that is there already, by its number, is left as it is.
  ///
  /// - Parameter vector: Of `passage(of:)`; may come later with `setVector`.
  /// - Throws: `insufficientResources` beyond 16 million turns.
  package mutating func insert(_ turn: Turn, vector: StoredVector? = nil) throws(SaraiError) {
    guard documents[turn.id] == nil else { return }
    let document = entries.count
    guard document < TermIndex.maximumDocuments else {
      throw SaraiError(
        .insufficientResources,
        es: "La memoria tiene demasiados turnos para buscar en ellos. Borra los viejos con: sarai memory rotate.",
        en: "The memory has too many turns to search them. Delete old ones with: sarai memory rotate.")
    }
    let words = WordSplitter.words(turn.text)
    let tail = conversations[turn.conversation]
    let language = RecallTerms.language(of: words) ?? tail?.language ?? Self.guess(turn.text)
    let content = RecallTerms.terms(words, language: language)
    let speaksOfTime = TimeWords.areIn(words)
    entries.append(
      Entry(
        id: turn.id, saidAt: turn.saidAt, speaker: speakers.number(of: turn), speaksOfTime: speaksOfTime,
        prior: Self.prior(contentWords: content.count, speaksOfTime: speaksOfTime, asks: Self.asks(turn.text))))
    documents[turn.id] = document
    terms.append(terms: content, after: tail.flatMap { previous($0.document, before: turn.saidAt) })
    vectors.appendRow()
    vectors.set(vector, row: document)
    conversations[turn.conversation] = Tail(document: document, language: language)
  }

  /// Sets or takes away a turn's vector.
  ///
  /// - Returns: Whether the turn is there and the vector fits those of the other turns.
  @discardableResult
  package mutating func setVector(_ vector: StoredVector?, of id: TurnID) -> Bool {
    guard let document = documents[id] else { return false }
    return vectors.set(vector, row: document)
  }

  /// Takes a turn out of the words, the vectors and the order; its neighbours become neighbours.
  package mutating func remove(_ id: TurnID) {
    guard let document = documents.removeValue(forKey: id) else { return }
    let previous = terms.previous(of: document)
    terms.remove(document)
    vectors.set(nil, row: document)
    for (conversation, tail) in conversations where tail.document == document {
      conversations[conversation] = previous.map { Tail(document: $0, language: tail.language) }
    }
  }

  /// What of a turn is embedded, as a passage.
  package static func passage(of turn: Turn) -> String { turn.text }

  private func previous(_ document: Int, before time: Timestamp) -> Int? {
    let (gap, overflows) = time.milliseconds.subtractingReportingOverflow(entries[document].saidAt.milliseconds)
    return overflows || gap > Self.segmentGapMilliseconds ? nil : document
  }

  private static func prior(contentWords: Int, speaksOfTime: Bool, asks: Bool) -> Float {
    let weights = RecallWeights.standard
    return weights.length * logf(min(Float(contentWords), weights.longest) + 1)
      + (speaksOfTime ? weights.time : 0) + (asks ? weights.question : 0)
  }

  /// Whether the last sentence is a question.
  private static func asks(_ text: String) -> Bool {
    text.utf8.last { ".!?".utf8.contains($0) } == UInt8(ascii: "?")
  }

  /// For a text without function words at the start of a conversation.
  private static func guess(_ text: String) -> Language {
    text.unicodeScalars.contains { "áéíóúüñ¿¡ÁÉÍÓÚÜÑ".unicodeScalars.contains($0) } ? .spanish : .english
  }

  // MARK: Asking

  /// The turns that most likely hold what a question wants, best first; among equal ones the earlier number.
  ///
  /// - Parameters:
  ///   - vector: The question's own embedding, as a query; without it words alone count.
  ///   - now: When it is asked, for "yesterday".
  ///   - within: Only turns that were said in this time.
  ///   - limit: How many at most.
  package func search(
    _ question: String, vector: [Float]?, now: Timestamp = .now(), within: ClosedRange<Timestamp>? = nil, limit: Int
  ) -> [RankedTurn] {
    guard limit > 0, !documents.isEmpty else { return [] }
    let words = WordSplitter.words(question, limit: 256)
    let similarities = vector.flatMap { vectors.similarities(to: $0) }
    let scores = scores(words, similarities: similarities, today: Self.day(now))
    var best = BestDocuments(limit: limit)
    for document in entries.indices where terms.isLive(document) {
      if let within, !within.contains(entries[document].saidAt) { continue }
      best.offer(document, score: scores[document], id: entries[document].id)
    }
    return best.sorted.map { candidate in
      RankedTurn(
        id: candidate.id, score: candidate.score,
        similarity: vectors.has(candidate.document) ? similarities?[candidate.document] : nil)
    }
  }

  private func scores(_ words: [String], similarities: [Float]?, today: Int) -> [Float] {
    let groups = RecallTerms.groups(
      words, language: RecallTerms.language(of: words), without: speakers.names(in: words))
    let lexical = terms.scores(groups)
    let asked = speakers.asked(by: words)
    let asksForTime = TimeWords.areAskedFor(by: words)
    let time = NamedTime(words, today: today)
    let weights = similarities == nil ? RecallWeights.wordsAlone : .standard
    var scores = lexical.windows
    for document in entries.indices {
      let entry = entries[document]
      let place = terms.place(of: document)
      var score = entry.prior + weights.turn * lexical.documents[document] + weights.window * scores[document]
      score += weights.segment * lexical.segments[Int(place.segment)]
      if let asked, asked.contains(entry.speaker) { score += weights.speaker }
      if asksForTime, entry.speaksOfTime { score += weights.timeAskedFor }
      if let time { score += weights.namedTime * time.fit(day: Self.day(entry.saidAt)) }
      if let similarities {
        score += weights.similarity * similarities[document]
        if place.previous >= 0 { score += weights.similarityBefore * similarities[Int(place.previous)] }
        if place.next >= 0 { score += weights.similarityAfter * similarities[Int(place.next)] }
      }
      scores[document] = score
    }
    return scores
  }

  /// Days since 1970, within what the calendar knows.
  private static func day(_ time: Timestamp) -> Int {
    let seconds = time.secondsSince1970
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    return min(300_000_000, max(-300_000_000, day))
  }
}
