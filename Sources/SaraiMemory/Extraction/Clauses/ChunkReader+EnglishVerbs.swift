import SaraiCore

// Verbs of English
extension ChunkReader {
  static let englishModals: Set<String> = ["can", "could", "will", "would", "should", "must", "may", "might"]

  func englishVerb(at start: Int) -> (VerbGroup, end: Int)? {
    var group = VerbGroup()
    var place = start
    while isWord(place) {
      let word = folded(place)
      if lexicon.negations.contains(word), word != "no" || folded(place + 1) == "longer" {
        group.isNegated = true
        if word == "no" { group.isNoLonger = true }
        if Self.seldom.contains(word) { group.isHypothetical = true }
      } else if !(lexicon.adverbs.contains(word) && isWord(place + 1) && leadsToVerb(place + 1)) {
        break
      }
      if word == "now" || word == "currently" { group.isNow = true }
      // "I almost bought a Tesla"
      if ["almost", "nearly"].contains(word) { group.isHypothetical = true }
      place += 1
    }
    guard isWord(place), words[place].kind == .word, canBeEnglishVerb(place) else { return nil }
    if words[place].isCapitalized, !words[place].isFirst { return nil }
    if Self.englishModals.contains(folded(place)) {
      group.lemma = folded(place)
      group.modal = ["can", "could"].contains(folded(place)) ? "poder" : nil
      group.isAuxiliary = true
    } else {
      let readings = EnglishConjugation.shared.readings(of: words[place])
      guard
        let form = readings.first(where: { $0.tense != .gerund })
          ?? EnglishConjugation.shared.guess(words[place]).flatMap({ afterSubject ? $0 : nil })
      else { return nil }
      if form.tense == .participle, !readings.contains(where: { $0.tense == .past }) { return nil }
      group.lemma = form.lemma
      group.isPast = form.tense == .past
      group.isFinite = form.tense == .third || form.tense == .past || afterSubject
      if form.tense == .third { group.person = 2 }
    }
    group.finite = place - start
    place = englishAuxiliaries(&group, place + 1)
    group.words = (start..<place).map { words[$0].text }
    group.isHypothetical =
      group.isHypothetical
      || ["would", "might", "may", "should"].contains(folded(start + group.finite))
        && !["like", "love", "prefer", "want", "hate"].contains(group.lemma)
      || Self.lasting.contains(group.lemma)
        && (folded(start + group.finite) == "will" || group.words.map { Fold.text($0) }.contains("going"))
    // "I was going to be called Rose": what was meant, not what came of it.
    let spoken = group.words.map { Fold.text($0) }
    if let going = spoken.firstIndex(of: "going"), spoken.dropFirst(going + 1).first == "to",
      spoken.contains(where: { ["was", "were"].contains($0) }), group.lemma != "go"
    {
      group.isHypothetical = true
    }
    group.verb = Vocabulary.verb(group.lemma)
    return (group, place)
  }

  /// What is done hardly ever is neither done nor not done.
  private static let seldom: Set<String> = ["hardly", "barely", "seldom", "rarely", "scarcely"]

  private func leadsToVerb(_ place: Int) -> Bool {
    lexicon.adverbs.contains(folded(place)) || lexicon.negations.contains(folded(place)) || isVerb(place)
  }

  private var afterSubject: Bool {
    switch chunks.last {
    case .phrase?, .relative?, .adverb?, .conjunction?: true
    case .comma?: chunks.count > 1
    case .time?: chunks.count > 1
    default: false
    }
  }

  /// A base form is a verb after its subject, after an auxiliary, or where a second verb is joined to a first.
  private func canBeEnglishVerb(_ place: Int) -> Bool {
    let word = words[place]
    // "Will is a doctor"
    if word.isCapitalized, GivenNames.contains(word.text), isVerb(place + 1) { return false }
    if lexicon.prepositions.contains(word.folded) {
      if word.folded != "like" { return false }
    }
    if Self.englishModals.contains(word.folded) { return true }
    // "is married" says how somebody is.
    if case .verb(let verb)? = chunks.last, verb.lemma == "be", Vocabulary.states.contains(word.folded) { return false }
    let readings = EnglishConjugation.shared.readings(of: word)
    if readings.isEmpty { return word.folded.hasSuffix("ed") && afterSubject }
    guard EnglishVerbs.nounLike.contains(word.folded) else { return true }
    // "Meat or fish"
    if case .conjunction? = chunks.last, case .phrase? = chunks.dropLast().last,
      ["fish", "books", "plants", "dates", "trains", "drinks", "codes", "plans", "names"].contains(word.folded)
    {
      return false
    }
    return afterSubject
      || place > 0
        && ["to", "not", "never", "always", "usually", "really", "do", "does", "did"].contains(folded(place - 1))
  }

  /// "Quit smoking", "got moved": the second word says what has changed.
  private func change(_ group: inout VerbGroup, _ word: String, _ readings: [EnglishConjugation.Form]) -> Bool {
    if ["quit", "stop"].contains(group.lemma), let main = readings.first(where: { $0.tense == .gerund }) {
      // "I will never stop loving her" says that one does.
      group.isNoLonger = !group.isNegated
      group.isNegated.toggle()
      group.isPast = false
      group.isPerfect = group.isPerfect && group.isNoLonger
      group.modal = nil
      group.isAuxiliary = false
      group.lemma = main.lemma
      return true
    }
    // "I started eating meat again"
    if ["start", "begin", "resume"].contains(group.lemma), let main = readings.first(where: { $0.tense == .gerund }) {
      group.lemma = main.lemma
      group.modal = "empezar"
      return true
    }
    guard group.lemma == "get", group.isPast, Self.changes.contains(word),
      let main = readings.first(where: { $0.tense == .participle })
    else { return false }
    group.lemma = main.lemma
    group.isPassive = true
    return true
  }

  private static let changes: Set<String> = [
    "moved", "changed", "fired", "promoted", "postponed", "cancelled", "canceled", "rescheduled",
  ]

  /// Where the adverbs end that stand among auxiliaries.
  private func afterAdverbs(_ start: Int, _ group: inout VerbGroup) -> Int {
    var next = start
    while isWord(next) {
      let word = folded(next)
      let isDenial = word == "not" || word == "never"
      guard isDenial || Self.seldom.contains(word) || lexicon.adverbs.contains(word), !Self.trailing.contains(word)
      else { break }
      if isDenial { group.isNegated = true }
      if Self.seldom.contains(word) { group.isHypothetical = true }
      next += 1
    }
    return next
  }

  /// Adverbs that follow the whole verb.
  private static let trailing: Set<String> = ["together", "well", "here", "there", "anymore", "much", "back", "again"]

  private func englishAuxiliaries(_ group: inout VerbGroup, _ start: Int) -> Int {
    var place = start
    while isWord(place) {
      var next = place
      next = afterAdverbs(next, &group)
      if next > place, folded(next - 1) == "longer", folded(next - 2) == "no" { group.isNoLonger = true }
      guard isWord(next) else {
        place = next > place && (folded(next - 1) == "not") ? next : place
        break
      }
      if folded(place) == "no", folded(place + 1) == "longer" {
        group.isNegated = true
        group.isNoLonger = true
        place += 2
        continue
      }
      let readings = EnglishConjugation.shared.readings(of: words[next])
      if ["do", "can", "could", "will", "would", "should", "must", "may", "might"].contains(group.lemma),
        group.words.isEmpty,
        let main = readings.first(where: { $0.tense == .base }), next == start || group.isNegated || group.isAuxiliary
      {
        group.lemma = main.lemma
        group.isAuxiliary = false
        place = next + 1
      } else if group.lemma == "have", folded(next) == "got" {
        return next + 1
      } else if group.lemma == "have", let main = readings.first(where: { $0.tense == .participle }),
        !words[next].isCapitalized
      {
        group.isPerfect = true
        group.lemma = main.lemma == "get" ? "have" : main.lemma
        place = next + 1
        if main.lemma == "get" { return place }
      } else if group.lemma == "be", let main = readings.first(where: { $0.tense == .gerund }) {
        group.lemma = main.lemma
        place = next + 1
      } else if group.lemma == "be", let main = readings.first(where: { $0.tense == .participle }),
        !Vocabulary.states.contains(folded(next))
      {
        group.lemma = main.lemma
        group.isPassive = main.lemma != "bear"
        place = next + 1
      } else if change(&group, folded(next), readings) {
        place = next + 1
      } else if group.lemma == "get", folded(next) == "married" || folded(next) == "divorced" {
        group.lemma = folded(next) == "married" ? "marry" : "divorce"
        place = next + 1
      } else if group.lemma == "go" || group.lemma == "have" || group.lemma == "use" || group.lemma == "start"
        || group.lemma == "begin",
        folded(next) == "to", isWord(next + 1),
        let main = EnglishConjugation.shared.readings(of: words[next + 1]).first(where: { $0.tense == .base })
      {
        if group.lemma == "use" { group.isImperfect = true }
        group.lemma = main.lemma
        place = next + 2
      } else {
        if group.isNegated, folded(place) == "not" { place += 1 }
        break
      }
    }
    return place
  }
}
