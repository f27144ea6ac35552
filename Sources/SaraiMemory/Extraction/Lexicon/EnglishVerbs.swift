/// Verbs of everyday English.
enum EnglishVerbs {
  /// Base forms with regular endings.
  static let regular = """
    live work like love hate play study learn enjoy prefer own use call name want need visit move travel cook bake bark
    walk talk watch listen help rent park want marry divorce date adopt turn start finish end stop plan practice teach
    work retire switch change cancel dance smoke paint collect weigh measure cost owe own use believe belong train coach
    manage attend graduate join support follow share book order miss look ask plant garden hike climb ski skate fish jog
    swim camp garden sew knit wash clean fix repair open close lock store stay check prepare treat operate diagnose
    celebrate name raise save quit crash sign receive remember forget relocate reside suffer snore babysit volunteer
    shop invest trade lecture host perform record program code design translate deliver land arrive die kill cry laugh
    worry fear admire adore detest dislike add try carry hurry happen cause visit pass fail pick suggest recommend
    propose expect hope wish wait allow let hire fire promote transfer born park commute race ride-share vacation earn borrow inherit renovate return recover expire renew claim insist reckon pretend joke doubt include contain
    bore deserve escape disappear separate
    """

  /// Base, past, past participle.
  static let irregular = """
    be was been, have had had, do did done, go went gone, get got gotten, make made made, know knew known, think
    thought thought, take took taken, see saw seen, come came come, give gave given, find found found, tell told told,
    feel felt felt, leave left left, put put put, mean meant meant, keep kept kept, let let let, begin began begun, show
    showed shown, hear heard heard, run ran run, hold held held, bring brought brought, write wrote written, sit sat
    sat, stand stood stood, lose lost lost, pay paid paid, meet met met, set set set, lead led led, understand
    understood understood, speak spoke spoken, read read read, spend spent spent, grow grew grown, win won won, teach
    taught taught, buy bought bought, send sent sent, build built built, fall fell fallen, cut cut cut, sell sold sold,
    drive drove driven, break broke broken, sleep slept slept, eat ate eaten, drink drank drunk, swim swam swum, sing
    sang sung, ride rode ridden, fly flew flown, forget forgot forgotten, lend lent lent, wear wore worn, draw drew
    drawn, catch caught caught, hurt hurt hurt, choose chose chosen, wake woke woken, bite bit bitten, feed fed fed,
    fight fought fought, hide hid hidden, quit quit quit, cost cost cost, become became become, steal stole stolen,
    throw threw thrown, say said said, rise rose risen, bear bore born, dream dreamt dreamt, lie lay lain, shut shut shut, swear swore sworn
    """

  /// Forms that are names of things more often than verbs, when nothing else tells.
  static let nounLike: Set<String> = [
    "work", "works", "play", "study", "studies", "name", "names", "call", "calls", "visit", "walk", "talk", "park",
    "book", "books", "fish", "date", "dates", "plan", "plans", "end", "change", "cook", "train", "trains", "coach",
    "paint", "share", "say", "rise", "joke", "claim", "doubt", "bore", "quits", "order", "garden", "store", "land",
    "fire", "record", "program", "design", "host", "code",
    "codes",
    "race", "drink", "drinks", "drive", "ride", "read", "cut", "show", "lead", "set", "dream", "like", "watch", "lock",
    "fear",
    "hope", "shop", "trade", "cost", "start", "love", "meet", "run", "sleep", "put", "let", "fall", "break", "feed",
    "fly",
    "rent", "plant", "plants", "use", "turn", "program", "vacation", "box", "left", "lead", "mean", "saw", "found",
    "practice", "stay", "smoke", "check", "cause", "ski", "dance", "camp", "lie", "can", "worry", "cancel", "support",
    "rides",
  ]
}

/// Tenses as far as they show in a form.
enum EnglishTense: Sendable, Hashable { case base, third, past, participle, gerund }

/// Makes the forms of English verbs and finds the verb of a form.
struct EnglishConjugation: Sendable {
  struct Form: Sendable, Hashable {
    var lemma: String
    var tense: EnglishTense
  }

  static let shared = EnglishConjugation()

  private var analyses: [String: [Form]] = [:]
  private var pasts: [String: (past: String, participle: String)] = [:]

  private init() {
    var lemmas = Set(EnglishVerbs.regular.split(whereSeparator: \.isWhitespace).map(String.init))
    for entry in EnglishVerbs.irregular.split(separator: ",") {
      let parts = entry.split(whereSeparator: \.isWhitespace).map(String.init)
      pasts[parts[0]] = (parts[1], parts[2])
      lemmas.insert(parts[0])
    }
    for lemma in lemmas.sorted() where lemma != "be" {
      add(lemma, .base, lemma)
      add(third(of: lemma), .third, lemma)
      add(past(of: lemma), .past, lemma)
      add(participle(of: lemma), .participle, lemma)
      add(gerund(of: lemma), .gerund, lemma)
    }
    for lemma in ["cancel", "travel"] {
      add(lemma + "led", .past, lemma)
      add(lemma + "led", .participle, lemma)
      add(lemma + "ling", .gerund, lemma)
    }
    for form in ["am", "are", "is", "'s"] { add(form, .third, "be") }
    for form in ["was", "were"] { add(form, .past, "be") }
    add("be", .base, "be")
    add("been", .participle, "be")
    add("being", .gerund, "be")
  }

  private mutating func add(_ text: String, _ tense: EnglishTense, _ lemma: String) {
    analyses[text, default: []].append(Form(lemma: lemma, tense: tense))
  }

  func readings(of word: Word) -> [Form] { analyses[word.folded] ?? [] }

  func isKnown(_ folded: String) -> Bool { analyses[folded] != nil }

  var knownForms: [String: [Form]].Keys { analyses.keys }

  /// A reading of a word that no list holds, by an ending that mostly verbs have.
  func guess(_ word: Word) -> Form? {
    let text = word.folded
    if text.hasSuffix("ed"), text.count > 4 {
      let stem = String(text.dropLast(2))
      if let last = stem.last, "vczgu".contains(last) { return Form(lemma: stem + "e", tense: .past) }
      return Form(lemma: stem.hasSuffix("i") ? stem.dropLast() + "y" : stem, tense: .past)
    }
    return nil
  }

  func third(of lemma: String) -> String {
    switch lemma {
    case "be": "is"
    case "have": "has"
    default:
      if lemma.hasSuffix("y"), let before = lemma.dropLast().last, !"aeiou".contains(before) {
        lemma.dropLast() + "ies"
      } else if ["s", "x", "z", "ch", "sh", "o"].contains(where: lemma.hasSuffix) {
        lemma + "es"
      } else {
        lemma + "s"
      }
    }
  }

  func past(of lemma: String) -> String { pasts[lemma]?.past ?? regularPast(lemma) }

  func participle(of lemma: String) -> String { pasts[lemma]?.participle ?? regularPast(lemma) }

  func gerund(of lemma: String) -> String {
    if lemma.hasSuffix("ie") { return lemma.dropLast(2) + "ying" }
    if lemma.hasSuffix("e"), !lemma.hasSuffix("ee") { return lemma.dropLast() + "ing" }
    return doubled(lemma) + "ing"
  }

  private func regularPast(_ lemma: String) -> String {
    if lemma.hasSuffix("e") { return lemma + "d" }
    if lemma.hasSuffix("y"), let before = lemma.dropLast().last, !"aeiou".contains(before) {
      return lemma.dropLast() + "ied"
    }
    return doubled(lemma) + "ed"
  }

  /// stop → stopp: one short vowel before one consonant.
  private func doubled(_ lemma: String) -> String {
    let letters = Array(lemma)
    guard letters.count >= 3, letters.count <= 4, let last = letters.last, !"aeiouwxy".contains(last),
      "aeiou".contains(letters[letters.count - 2]), !"aeiou".contains(letters[letters.count - 3])
    else {
      return ["prefer", "commit", "transfer", "forget", "begin"].contains(lemma) ? lemma + String(lemma.last!) : lemma
    }
    return lemma + String(last)
  }
}
