package import SaraiCore

/// Tells Spanish from English by the words that only one of the two has.
package enum LanguageGuess {
  package static func language(of text: String, fallback: Language) -> Language {
    var (spanish, english) = (0, 0)
    for piece in text.prefix(2000).split(whereSeparator: { !$0.isLetter && $0 != "'" && $0 != "’" }) {
      let word = Fold.text(piece)
      if spanishWords.contains(word) { spanish += 1 }
      if word.count > 3, SpanishConjugation.shared.isKnown(word), !EnglishConjugation.shared.isKnown(word) {
        spanish += 1
      }
      if englishWords.contains(word) { english += 1 }
      if piece.unicodeScalars.contains(where: { "áéíóúñÁÉÍÓÚÑ".unicodeScalars.contains($0) }) { spanish += 1 }
    }
    if text.contains("¿") || text.contains("¡") { spanish += 2 }
    return spanish == english ? fallback : spanish > english ? .spanish : .english
  }

  /// Whether a folded word is one that tells the two.
  static func isCommon(_ word: String) -> Bool { spanishWords.contains(word) || englishWords.contains(word) }

  private static let spanishWords = Vocabulary.set(
    """
    que cual cuales cuanto cuantos cuanta cuantas como cuando donde quien el la los las un una de del al en y o por para con
    sin es son era fue mi mis tu su se le les lo yo soy tengo vivo trabajo estoy ya muy mas pero porque hace ahora dia años
    anos tiene vive llama llamo gusta gustan encanta ayer manana hoy perro gato casa hermana hermano madre padre hijo hija
    me he ha han hemos esta estan como fui voy va nos para sus este esa eso todo nada mucho muchos siempre nunca tambien
    olvida olvidate borra sabes recuerdas dime fue
    """)
  private static let englishWords = Vocabulary.set(
    """
    what who where when which how why is are was were the of and to in from with without by my your his her their our i am
    what's who's where's when's how's that's he's she's i'll don't isn't wasn't didn't can't won't hasn't haven't aren't there's
    favorite favourite password phone number birthday and her him them been am be will would can could about now also every
    dog cat car sister brother mother father mom dad wife husband son daughter friend boss got get born called
    i'm i've it's he she we they you don't doesn't isn't do does did have has had not never at on for name live lives work
    works like likes forget remember tell moved go goes got than years old
    owes owe owed this that these those
    """)
}
