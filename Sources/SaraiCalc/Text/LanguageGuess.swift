import SaraiCore

/// Tells the language of a question from the words that only one of the two has.
enum LanguageGuess {
  /// The languages to read a question in, the likelier first; only one where the words leave no doubt.
  static func candidates(_ tokens: [Token], fallback: Language) -> [Language] {
    var (spanish, english) = (0, 0)
    for token in tokens where token.kind == .word {
      if spanishWords.contains(token.text) { spanish += 1 }
      if englishWords.contains(token.text) { english += 1 }
    }
    if spanish > english { return [.spanish] }
    if english > spanish { return [.english] }
    return [fallback, fallback == .spanish ? .english : .spanish]
  }

  private static let spanishWords = words(
    """
    que cual cuales cuanto cuantos cuanta cuantas como cuando el la los las un una de del al en y o por para con sin es \
    son era fue sera dia dias mes meses ano anos hora horas hoy ayer lunes martes miercoles jueves viernes sabado \
    domingo enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre mas menos \
    entre dividido multiplicado elevado raiz cuadrada cubica mitad tercio doble triple ciento resto suma resta \
    multiplica divide calcula convierte pasa dos tres cuatro cinco seis siete ocho nueve diez doce veinte treinta \
    cien mil millon millones kilo kilos metro metros kilometros millas libras pies pulgadas grados gramos litros dentro \
    desde hasta hace faltan quedan semana semanas minutos segundos cuadrado cubo veinticinco
    """)

  private static let englishWords = words(
    """
    what whats how which is are was were will the of and or to in from with without by per day days month months year \
    years hour hours today tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday january february \
    march april may june july august september october november december plus minus times divided multiplied power root \
    square cube squared cubed half third quarter quarters twice percent add subtract multiply divide calculate convert \
    one two three four five six seven eight nine ten eleven twelve twenty thirty hundred thousand million much many \
    miles feet inches pounds degrees grams liters litres until since between ago week weeks minutes seconds off it
    """)

  private static func words(_ text: String) -> Set<String> { Set(text.split(separator: " ").map(String.init)) }
}
