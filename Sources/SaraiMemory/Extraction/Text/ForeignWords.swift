import SaraiCore

/// Sentences of languages that are not read here: their words would be taken for names and verbs of Spanish or English.
enum ForeignWords {
  /// A word may be lent, two are a language.
  private static let fewest = 2

  /// Whether more words of a sentence belong to another language than to Spanish and English.
  static func prevail(in sentence: Sentence, _ language: Language) -> Bool {
    var (foreign, own) = (0, 0)
    for word in sentence.words where word.kind == .word {
      let parts = word.lowercased.replacing("’", with: "'").split(separator: "'").map(String.init)
      if parts.contains(where: words.contains) || parts.count > 1 && elided.contains(parts[0])
        || word.lowercased.unicodeScalars.contains(where: letters.contains)
      {
        foreign += 1
      } else if LanguageGuess.isCommon(word.folded) {
        own += 1
      }
    }
    return foreign >= fewest && foreign > own
  }

  /// Letters that neither Spanish nor English words have.
  private static let letters = Set("àèìòùâêîôûëïœßäöåøãõçşğ".unicodeScalars)
  private static let elided = Vocabulary.set("j l d qu c m s n dell nell all un")
  /// Common words of French, Italian, German, Basque, Catalan, Galician and Portuguese, with their accents, that are
  /// words of neither Spanish nor English.
  private static let words = spelled(
    """
    je moi toi il elle nous vous ils elles ma mon mes ta ton et dans avec pour pas mais ou où qui chez aux ai suis est ont
    habite habitons travaille travaillons appelle sœur soeur frère père mère chien ans aime mari femme fille fils
    io lui lei noi loro mio mia miei mie tuo tua suo sua è e sono sei siamo hanno ho nel nella della dello degli gli che
    non vivo vive abito abita abitano lavoro lavora chiamo chiama chiamano sorella fratello madre padre figlio figlia gatto
    cane anni moglie marito suona piace molto anche
    ich du er sie es wir ihr mein meine meinen meinem meiner dein deine und nicht ist bin sind habe hat haben heiße heisse
    heißt heisst wohne wohnt arbeite arbeitet schwester bruder mutter vater hund katze jahre mit bei zu der das den dem ein
    eine einen auch sehr gern spielt
    nire zure bere gure ni zu da dira naiz gara dut du dugu dago daude bizi eta ez arreba anaia ama aita izena lan egiten
    txakurra katua urte ditu ditut etxea zait deitzen
    jo ell ella els les meu meva meus seva seu amb viu visc treballo treballa dic germana germà pare mare fill filla gos
    anys té tinc sóc és són molt també
    eu você meu minha meus minhas seu sua não tenho moro mora trabalho trabalha chamo chama irmã irmão mãe pai filho filha
    cachorro anos muito também com uma em na no da do à ao miña irmá teño traballo
    """
  ).subtracting(shared)

  /// Words of the lists above that Spanish or English have as well.
  private static let shared = spelled(
    """
    ton est mon il on ma me mes e es no do da zu du ni die den das pare mare viu com em na uma anos chama chamo mora moro
    trabalho vive vivo madre padre piace ama aita lan sei ho lei lui che non eta ez jo ella les ou ai hat bin sind dem
    mit bei der er ein eine dut sua suo seu eu pas pour mari fille fils chien femme
    """)

  private static func spelled(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
  }
}

/// Commands of a chat, such as «/private …»: what follows was meant for it, and is none of the person's facts here.
enum ChatCommand {
  static func begins(_ text: String) -> Bool {
    text.split(whereSeparator: \.isNewline).contains { line in
      let first = line.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
      return first.first == "/" && first.count > 1 && first.dropFirst().allSatisfy { $0.isLetter || $0 == "-" }
    }
  }
}
