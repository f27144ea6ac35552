package import SaraiCore

/// A question that asks for more than reading: a verb of changing at its beginning, or a statement behind a semicolon.
///
/// Nothing could come of it anyway; but a model would make up a query for it, and the answer would look like one.
package enum ChangeRequest {
  private static let verbs: Set<String> = [
    "borra", "borrar", "borrame", "borre", "elimina", "eliminar", "elimine", "quita", "quitar", "inserta", "insertar",
    "inserte", "anade", "anadir", "agrega", "agregar", "actualiza", "actualizar", "actualice", "modifica", "modificar",
    "cambia", "cambiar", "vacia", "vaciar", "renombra", "renombrar", "crea", "crear", "trunca", "truncar",
    "delete", "remove", "erase", "drop", "insert", "update", "change", "modify", "rename", "create", "truncate", "wipe",
    "empty",
  ]
  private static let courtesies: Set<String> = [
    "por", "favor", "please", "puedes", "puede", "podrias", "can", "could", "you", "quiero", "i", "want", "to", "y",
    "and", "now", "ahora", "me", "just",
  ]
  private static let statements: Set<String> = [
    "select", "with", "insert", "update", "delete", "drop", "alter", "create", "replace", "attach", "detach", "pragma",
    "vacuum", "reindex", "analyze", "begin", "commit", "rollback", "savepoint", "release", "truncate", "grant",
  ]

  /// - Returns: What to tell the person; nil for a question.
  package static func find(in question: String) -> SaraiError? {
    let parts = question.split(separator: ";").map(words)
    if parts.dropFirst().contains(where: { $0.first.map(statements.contains) == true }) {
      return SaraiError(
        .forbidden,
        es: "Detrás de «;» hay otra orden, y los datos solo se leen, con una sola consulta: nada se ha ejecutado. "
          + "Quítala y pregunta otra vez.",
        en:
          "Behind \";\" there is another statement, and the data is only read, by one query: nothing was run. Take it "
          + "out, and ask again.", subject: "sql")
    }
    guard let verb = parts.first?.first(where: { !courtesies.contains($0) }), verbs.contains(verb) else { return nil }
    return SaraiError(
      .forbidden,
      es:
        "Los datos solo se leen: aquí no se borra, cambia ni añade nada. Nada ha cambiado; pregunta por lo que quieres "
        + "saber.",
      en:
        "The data is only read: nothing is deleted, changed or added here. Nothing has changed; ask for what you want "
        + "to know.", subject: "sql")
  }

  private static func words(_ text: some StringProtocol) -> [String] {
    Words.fold(text).split { !$0.isLetter }.map(String.init)
  }
}
