import SaraiCore

/// What can be stored at all.
enum Limits {
  static let termBytes = 64 << 10
  static let turnBytes = 8 << 20
  static let nameBytes = 1 << 10
  static let changes = 10_000
  static let queryTerms = 8_000
  static let vectorComponents = 8_192

  static func check(_ batch: Batch) throws(SaraiError) {
    try check(batch.saidAt, "saidAt")
    if let key = batch.key { try check(text: key, bytes: nameBytes, "key") }
    if let turn = batch.turn { try check(turn) }
    if let reply = batch.reply { try check(reply) }
    guard batch.changes.count <= changes else { throw tooLarge("changes", "\(changes)") }
    for change in batch.changes {
      switch change {
      case .add(let fact, _): try check(fact)
      case .end(let subject, let verb, let object, _, let at):
        try check(subject, "subject", mayBeEmpty: false)
        try check(verb, "verb", mayBeEmpty: false)
        if let object { try check(object, "object", mayBeEmpty: true) }
        if let at { try check(at, "at") }
      case .setConfidence(_, let confidence): try check(confidence: confidence)
      }
    }
  }

  static func check(_ query: FactQuery) throws(SaraiError) {
    guard query.text.utf8.count <= termBytes else { throw tooLarge("text", "\(termBytes) bytes") }
    for (name, terms) in [("subjects", query.subjects), ("verbs", query.verbs), ("objects", query.objects)] {
      guard terms.count <= queryTerms else { throw tooLarge(name, "\(queryTerms)") }
    }
  }

  static func check(_ vector: StoredVector) throws(SaraiError) {
    guard vector.scale.isFinite, (1...vectorComponents).contains(vector.components.count) else {
      throw invalid(
        "vectors", "Un vector debe tener de 1 a \(vectorComponents) componentes y una escala finita.",
        "A vector must have 1 to \(vectorComponents) components and a finite scale.")
    }
  }

  static func check(_ turn: NewTurn) throws(SaraiError) {
    try check(text: turn.text, bytes: turnBytes, "text")
    try check(text: turn.conversation, bytes: nameBytes, "conversation")
    try check(text: turn.speaker, bytes: nameBytes, "speaker")
    try check(turn.saidAt, "saidAt")
  }

  static func check(_ fact: NewFact) throws(SaraiError) {
    try check(fact.subject, "subject", mayBeEmpty: false)
    try check(fact.verb, "verb", mayBeEmpty: false)
    try check(fact.object, "object", mayBeEmpty: true)
    try check(confidence: fact.confidence)
    try check(from: fact.validFrom, to: fact.validTo)
  }

  static func check(confidence: Double) throws(SaraiError) {
    guard (0...1).contains(confidence) else {
      throw invalid("confidence", "La confianza debe estar entre 0 y 1.", "The confidence must lie between 0 and 1.")
    }
  }

  static func check(from: Timestamp?, to: Timestamp?) throws(SaraiError) {
    if let from { try check(from, "valid_from") }
    if let to { try check(to, "valid_to") }
    if let from, let to, to < from {
      throw invalid("valid_to", "El final es anterior al comienzo.", "The end lies before the beginning.")
    }
  }

  static func check(_ time: Timestamp, _ name: String) throws(SaraiError) {
    guard Timestamp.storable.contains(time) else {
      throw invalid(
        name, "La fecha queda fuera de los años -1.000.000 a 1.000.000.",
        "The date lies outside of the years -1,000,000 to 1,000,000.")
    }
  }

  static func check(_ term: Term, _ name: String, mayBeEmpty: Bool) throws(SaraiError) {
    // A space that has no width is no text either.
    guard mayBeEmpty || term.text.unicodeScalars.contains(where: { !$0.properties.isDefaultIgnorableCodePoint }) else {
      throw invalid(name, "Falta el texto de «\(name)».", "The text of `\(name)` is missing.")
    }
    try check(text: term.text, bytes: termBytes, name)
  }

  static func check(text: String, bytes: Int, _ name: String) throws(SaraiError) {
    guard text.utf8.count <= bytes else { throw tooLarge(name, "\(bytes) bytes") }
    guard !text.utf8.contains(0) else {
      throw invalid(
        name, "El texto de «\(name)» contiene un carácter nulo: quítalo.",
        "The text of `\(name)` contains a null character: take it out.")
    }
  }

  private static func invalid(_ name: String, _ es: String, _ en: String) -> SaraiError {
    SaraiError(.invalidRequest, es: es, en: en, subject: name)
  }

  private static func tooLarge(_ name: String, _ limit: String) -> SaraiError {
    SaraiError(
      .tooLarge, es: "«\(name)» pasa de \(limit): divídelo.", en: "`\(name)` exceeds \(limit): split it.",
      subject: name)
  }
}
