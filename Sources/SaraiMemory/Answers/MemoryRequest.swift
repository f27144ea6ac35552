import SaraiCore

/// What a person asks of the memory itself, in the words of a chat.
package enum MemoryRequest: Sendable, Hashable {
  /// «¿Qué acabas de aprender?»
  case lastLearnt
  /// «Deja de aprender»
  case pause
  /// «Vuelve a aprender»
  case resume

  /// Nil for a text that asks for nothing of the kind. Only a sentence that is nothing but the request is one: «mi
  /// abuelo nunca para de aprender» is not.
  package init?(_ text: String) {
    guard text.utf8.count <= 240 else { return nil }
    let found = Folding.visible(text).split(whereSeparator: { ".!?;…\n".contains($0) }).lazy.compactMap {
      Self.request($0)
    }.first
    guard let found else { return nil }
    self = found
  }

  private static func request(_ sentence: Substring) -> MemoryRequest? {
    let words = sentence.split { !$0.isLetter && $0 != "'" && $0 != "’" }
      .map { Fold.text($0).replacing("’", with: "'") }
      .filter { !courtesies.contains($0) }
    if ["que", "what"].contains(words.first), isWhole(Array(words.dropFirst()), learning) { return .lastLearnt }
    let lead = leads.filter { words.count > $0.count && Array(words.prefix($0.count)) == $0 }.map(\.count).max() ?? 0
    let rest = Array(words.dropFirst(lead))
    if isWhole(rest, pausing) { return .pause }
    if isWhole(rest, resuming) { return .resume }
    return nil
  }

  /// Whether words begin with one of the phrases, and say no more than how long or of whom after it.
  private static func isWhole(_ words: [String], _ phrases: [[String]]) -> Bool {
    phrases.contains { phrase in
      words.count >= phrase.count && Array(words.prefix(phrase.count)) == phrase
        && words.dropFirst(phrase.count).allSatisfy(tails.contains)
    }
  }

  private static let courtesies = Vocabulary.set(
    "y oye sarai por favor please hey ok vale ahora now and so pues hola hi hello just")
  private static let tails = Vocabulary.set(
    """
    nada mas cosas de mi sobre esto eso lo que digo te digo un rato hoy momento hasta aviso avise diga que otra vez conversacion en
    esta la anything from about me us this that again for today while moment conversation in until i say tell you so far
    things new nuevo algo ultimamente last
    """)
  private static let leads = phrases(
    """
    quiero que|necesito que|me gustaria que|te pido que|puedes|podrias|ya puedes|can you|could you|would you|you can
    i want you to|i need you to|i would like you to|from now on|a partir de
    """)
  private static let learning = phrases(
    """
    acabas de aprender|acabas de apuntar|acabas de memorizar|acabas de anotar|acabas de recordar|acabas de guardar
    has aprendido|has apuntado|has anotado|has memorizado|aprendiste|apuntaste|anotaste|memorizaste|cosas has aprendido
    did you learn|did you just learn|you just learn|you just learned|you just learnt|have you learned|have you learnt
    have you just learned|have you just learnt|did you remember|did you just remember|did you note
    """)
  private static let pausing = phrases(
    """
    deja de aprender|dejes de aprender|dejar de aprender|para de aprender|pares de aprender|parar de aprender|no aprendas
    pausa el aprendizaje|pausar el aprendizaje|pausa la memoria|pausar la memoria|no memorices nada|no apuntes nada|no recuerdes nada
    deja de memorizar|deja de recordar|deja de guardar|no guardes nada
    stop learning|pause learning|pause the learning|pause memory|pause your memory|don't learn|do not learn
    don't remember anything|do not remember anything|stop remembering
    """)
  private static let resuming = phrases(
    """
    vuelve a aprender|vuelvas a aprender|volver a aprender|sigue aprendiendo|sigas aprendiendo|reanuda el aprendizaje
    reanudar el aprendizaje|reanuda la memoria|aprende otra vez|aprender otra vez|aprender de nuevo
    resume learning|resume memory|resume your memory|start learning again|start learning|learn again|keep learning
    """)

  private static func phrases(_ text: String) -> [[String]] {
    text.split(whereSeparator: { $0 == "|" || $0.isNewline }).map { $0.split(separator: " ").map(String.init) }
  }
}
