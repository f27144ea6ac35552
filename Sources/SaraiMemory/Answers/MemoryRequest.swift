/// What a person asks of the memory itself, in the words of a chat.
package enum MemoryRequest: Sendable, Hashable {
  /// «¿Qué acabas de aprender?»
  case lastLearnt
  /// «Deja de aprender»
  case pause
  /// «Vuelve a aprender»
  case resume

  /// Nil for a text that asks for nothing of the kind. Only short texts do: a longer one says more than that.
  package init?(_ text: String) {
    guard text.utf8.count <= 120 else { return nil }
    let words = text.split { !$0.isLetter && $0 != "'" && $0 != "’" }
      .map { Fold.text($0).replacing("’", with: "'") }
      .filter { !Self.courtesies.contains($0) }
    let said = " " + words.joined(separator: " ") + " "
    func says(_ phrases: [String]) -> Bool { phrases.contains { said.contains(" \($0) ") } }
    guard words.count <= 9 else { return nil }
    if ["que", "what"].contains(words.first), says(Self.learning) {
      self = .lastLearnt
    } else if says(Self.pausing) {
      self = .pause
    } else if says(Self.resuming) {
      self = .resume
    } else {
      return nil
    }
  }

  private static let courtesies = Vocabulary.set(
    "y oye sarai por favor please hey ok vale ahora now and so pues hola hi hello")
  private static let learning = [
    "acabas de aprender", "acabas de apuntar", "acabas de memorizar", "acabas de anotar", "acabas de recordar",
    "acabas de guardar", "has aprendido", "has apuntado", "has anotado", "has memorizado", "aprendiste", "apuntaste",
    "anotaste", "memorizaste", "did you learn", "did you just learn", "you just learn", "you just learned",
    "you just learnt", "have you learned", "have you learnt", "have you just learned", "have you just learnt",
    "did you remember", "did you just remember",
  ]
  private static let pausing = [
    "deja de aprender", "para de aprender", "no aprendas nada", "no aprendas mas", "no aprendas",
    "pausa el aprendizaje",
    "pausa la memoria", "no memorices nada", "no apuntes nada", "no recuerdes nada", "stop learning", "pause learning",
    "pause the learning", "pause memory", "pause your memory", "don't learn", "do not learn", "don't remember anything",
    "do not remember anything",
  ]
  private static let resuming = [
    "vuelve a aprender", "sigue aprendiendo", "reanuda el aprendizaje", "reanuda la memoria",
    "puedes aprender otra vez",
    "puedes volver a aprender", "resume learning", "resume memory", "resume your memory", "start learning again",
    "learn again", "keep learning",
  ]
}
