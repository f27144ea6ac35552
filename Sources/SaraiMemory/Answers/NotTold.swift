/// Questions that name the person and yet ask for what nobody tells a memory: advice, duties, the clock, the weather.
enum NotTold {
  static func matches(_ question: Question) -> Bool {
    let verb = question.asked.verb
    let isOwnVerb = question.asked.subject?.isUser ?? false
    // «¿Tengo que pagar impuestos?», "Do I need a visa?"
    if isOwnVerb, verb.modal == "tener" || verb.modal == "deber" || verb.modal == "have" { return true }
    let words = verb.words.map { Fold.text($0) }
    if isOwnVerb, words.contains("to"), !Set(["have", "need"]).isDisjoint(with: words) { return true }
    // «¿Puede mi perro comer chocolate?»
    if ["poder", "can"].contains(verb.modal) || verb.words.first.map({ Fold.text($0) }) == "can",
      let subject = question.asked.subject, AnimalNames.isAnimal(subject.head)
    {
      return true
    }
    let nouns =
      [question.gap?.noun, question.asked.subject].compactMap { $0 }
      + question.asked.arguments.map(\.phrase)
    for noun in nouns.flatMap(\.members).flatMap({ [$0] + $0.possessor }) where !noun.isNameable {
      if measured.contains(noun.head), question.gap?.kind != .quantity { return true }
      if matters.contains(noun.head) || ["caloria", "calorie", "proteina", "protein"].contains(noun.head) {
        return true
      }
      let isBest = noun.modifiers.contains { ["mejor", "peor", "best", "worst", "good"].contains($0) }
      if isBest, choices.contains(noun.head) { return true }
    }
    // «¿Qué hora es en mi ciudad?», "What time is it in my city?"
    if let noun = question.gap?.noun, ["hora", "time", "dia", "day", "fecha", "date"].contains(noun.head),
      ["ser", "be"].contains(verb.lemma),
      question.asked.subject.map({ $0.pronoun == 2 || $0.text == Gap.subject.text })
        ?? true
    {
      return true
    }
    // «¿Qué significa mi nombre?», "Am I entitled to benefits?", «¿es bueno mi plan?», "what is wrong with my code?"
    if ["significar", "mean"].contains(verb.lemma) { return true }
    let said = Set(question.asked.arguments.flatMap { Content.stems(of: $0.phrase.text) })
    if !said.isDisjoint(with: judged) { return true }
    return ["llover", "nevar", "rain", "snow"].contains(verb.lemma)
  }

  /// What is looked up or measured where one is.
  private static let measured = Vocabulary.set(
    """
    tiempo clima temperatura pronostico horoscopo ubicacion ip bateria weather temperature forecast horoscope location
    battery
    """)
  /// What one asks advice about.
  private static let matters = Vocabulary.set(
    """
    texto frase redaccion ensayo curriculum cv carta poema idea pregunta problema ejercicio deberes cuerpo vida programa
    text sentence essay resume letter poem question problem homework body life paragraph script
    """)
  private static let judged = Set(
    Content.stems(
      of: "derecho entitled eligible wrong bueno buena malo mala good bad correcto correcta right normal sano healthy"))
  private static let choices = Vocabulary.set(
    """
    opcion estrategia manera forma jugada decision idea alternativa apuesta inversion solucion consejo modo plan
    nombre name regalo gift receta recipe
    option strategy way move choice bet chance play approach idea solution advice investment
    """)
}
