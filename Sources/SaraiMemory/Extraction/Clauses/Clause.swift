import SaraiCore

/// Who does or is what, as a sentence or a part of one says it.
struct Clause: Sendable, Hashable {
  /// Nil where it was dropped and the verb's form does not tell: the one who was spoken of last.
  var subject: NounPhrase?
  var verb: VerbGroup
  var arguments: [Argument] = []
  /// From when on it holds, where the verb that said so was replaced: «me mudé en mayo».
  var since: CivilDate?
  /// Whether it says «ahora», "now", "currently".
  var isNow = false

  /// The user, by the form of the verb.
  static let user: NounPhrase = {
    var phrase = NounPhrase(text: "yo")
    phrase.pronoun = 0
    return phrase
  }()

  static let other: NounPhrase = {
    var phrase = NounPhrase(text: "él")
    phrase.pronoun = 2
    return phrase
  }()

  /// "I'm 5 years older than my brother" tells nobody's age.
  var comparesAges: Bool {
    guard
      arguments.contains(where: { ["ano", "year"].contains($0.phrase.head) || $0.phrase.modifiers.contains("years") })
    else { return false }
    return arguments.contains { argument in
      Content.stems(of: argument.text).contains {
        ["older", "young", "younger", "mayor", "menor", "elder"].contains($0)
      }
    }
  }

  /// "My kids are 7 and 9": which of them is how old is not told.
  var countsEach: Bool {
    guard let object, !object.conjuncts.isEmpty, subject?.isPlural == true else { return false }
    return object.members.allSatisfy { $0.quantity != nil && ["", "ano", "year"].contains($0.head) }
  }

  func argument(_ preposition: String) -> Argument? { arguments.first { $0.preposition == preposition } }
  var object: NounPhrase? { argument("")?.phrase }
}

/// Verbs that turn subject and object around, or always have a pronoun with them.
enum VerbClasses {
  /// What pleases is the subject: «me gusta el sushi».
  static let experiencer: Set<String> = [
    "gustar", "encantar", "fascinar", "molestar", "doler", "interesar", "importar", "faltar", "apasionar", "apetecer",
    "aburrir",
    "preocupar", "asustar", "pirrar", "molar", "privar", "repugnar", "horrorizar", "sobrar", "flipar", "chiflar",
    "agradar", "costar",
  ]
  /// «dar miedo», «dar asco».
  static let feelings: Set<String> = [
    "miedo", "asco", "alergia", "pena", "verguenza", "rabia", "pereza", "igual", "panico",
  ]
  /// Verbs whose «se» is part of them.
  static let pronominal: Set<String> = [
    "llamar", "dedicar", "mudar", "casar", "divorciar", "jubilar", "apellidar", "graduar",
  ]
  /// Copulas.
  static let copulas: Set<String> = ["ser", "estar"]
  /// Verbs whose subject follows them.
  static let presenting: Set<String> = ["nacer", "morir", "venir", "llegar", "faltar", "empezar", "sonar", "aparecer"]
}
