extension MemoryWorld {
  static let contentWords = 40_000

  /// A made-up word that sounds like one of the language; the commonest are the shortest.
  static func content(_ rank: Int, isEnglish: Bool) -> String {
    let syllables = isEnglish ? englishSyllables : spanishSyllables
    var word = ""
    var rest = rank
    repeat {
      word += syllables[rest % syllables.count]
      rest /= syllables.count
    } while rest > 0
    return word + (isEnglish ? "ck" : "lo")
  }

  static let spanishSyllables = split(
    "ma pe sa lo ti ca ro na do mi cu te ra le so bi ta ne ga po vi co se lla ri mo du fe za ni bu cha pa ve lu go si tro"
  )
  static let englishSyllables = split(
    "sta wo thi ker len bo gra mi sha do fle pu ron tri wa ne shu pel dro ki bra lo fen chi ta ple gu mor sli ve ha")

  static let spanishFunctionWords = split(
    "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ya este sí porque esta "
      + "entre cuando muy sin sobre también me hasta hay donde")
  static let englishFunctionWords = split(
    "the of and to a in is it you that he was for on are with as I his they be at one have this from or had by but not "
      + "what all were we when your can")

  static let verbs = split(
    "vivir+en tener ser trabajar+en gustar llamarse ser+de estudiar querer conocer estar+en comprar leer jugar+a "
      + "live+in work+at like own visitar cocinar cantar hablar nacer+en casarse+con viajar+a ver tocar escribir vender "
      + "preferir odiar recordar construir reparar pintar aprender enseñar alquilar criar cuidar plantar"
  ).map { $0.split(separator: "+").joined(separator: " ") }

  static let givenNames = split(
    "María Ana Lucía Carmen Elena Sara Marta Paula Laura Julia Irene Rosa Pilar Alba Nuria Inés Clara Olga Eva Lola Juan "
      + "Andrés Luis Pedro Jorge Pablo Carlos Diego Mario Hugo Iván Óscar Raúl Rubén Sergio Tomás Víctor Álvaro Ángel José"
  )
  static let surnames = split(
    "García López Pérez Ruiz Gómez Martín Jiménez Moreno Díaz Álvarez Romero Navarro Torres Ramos Gil Serrano Blanco "
      + "Molina Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Iglesias Núñez Medina Garrido Cortés Castillo Santos "
      + "Lozano Guerrero Cano Prieto Méndez Cruz Calvo Gallego Vidal León Márquez Herrera Peña Flores Cabrera Campos Vega "
      + "Fuentes Carrasco Diez Caballero Reyes Nieto Aguilar Pascual Santana Herrero")

  private static func split(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
