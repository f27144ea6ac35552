import SaraiCore

/// Whether a sentence tells of something that has happened, so that a day of the week in it is a past one.
enum PastEvents {
  static func areTold(_ words: [Word], _ language: Language) -> Bool {
    var isPast = false
    for (place, word) in words.enumerated() where word.kind == .word && (!word.isCapitalized || word.isFirst) {
      switch language {
      case .spanish:
        let readings = SpanishConjugation.shared.readings(of: word).filter(\.tense.isFinite)
        guard !readings.isEmpty, !SpanishVerbs.nounLike.contains(word.folded) else { continue }
        if readings.contains(where: { planning.contains($0.lemma) || $0.tense == .present || $0.tense == .future }) {
          return false
        }
        if readings.allSatisfy({ $0.tense == .preterite }) { isPast = true }
      case .english:
        let readings = EnglishConjugation.shared.readings(of: word)
        guard !readings.isEmpty else { continue }
        if readings.contains(where: { planning.contains($0.lemma) }) { return false }
        let before = place > 0 ? words[place - 1].folded : ""
        if auxiliaries.contains(before) { return false }
        if readings.contains(where: { $0.tense == .past }), !readings.contains(where: { $0.tense == .base }) {
          isPast = true
        }
      }
    }
    return isPast
  }

  /// What was done about a day that may be still to come.
  private static let planning = Vocabulary.set(
    """
    quedar mover cambiar pasar aplazar adelantar retrasar reservar acordar decidir prometer decir poner dar citar convocar
    move change schedule reschedule postpone book plan decide promise say tell agree arrange set give push delay cancel get
    """)
  private static let auxiliaries = Vocabulary.set("is are am was were be been have has had will get got to 's")
}
