import CSQLite
import SaraiCore

/// The errors of this library, each with what to do next.
enum SQLFault {
  /// A statement that SQLite does not understand; who wrote it can mend it. Its subject is "sql".
  static func invalid(_ said: String) -> SaraiError {
    SaraiError(
      .invalidRequest,
      Localized(
        es: "La consulta SQL no es válida (\(said)). Corrígela; los nombres de tablas y columnas son los de los datos.",
        en: "The SQL statement is not valid (\(said)). Correct it; tables and columns are named as in the data."),
      subject: "sql", cause: said)
  }

  static func refused(_ denial: StatementGuard.Denial) -> SaraiError {
    let what = description(of: denial)
    return SaraiError(
      .forbidden,
      Localized(
        es: "Los datos solo se leen: \(what.es). Escribe una sola consulta SELECT.",
        en: "The data is only read: \(what.en). Write one SELECT statement."),
      subject: "sql", cause: "action \(denial.action) \(denial.name) \(denial.detail)")
  }

  static var severalStatements: SaraiError {
    SaraiError(
      .forbidden, es: "Solo se admite una consulta cada vez y aquí hay varias. Escribe una sola consulta SELECT.",
      en: "Only one statement at a time is allowed, and here are several. Write one SELECT statement.", subject: "sql")
  }

  static var noQuery: SaraiError {
    SaraiError(
      .forbidden, es: "Los datos solo se leen y eso no es una consulta. Escribe una sola consulta SELECT.",
      en: "The data is only read, and that is no query. Write one SELECT statement.", subject: "sql")
  }

  static func late(_ seconds: Double) -> SaraiError {
    SaraiError(
      .timeout,
      es:
        "La consulta lleva más de \(format(seconds)) segundos y se ha parado. Pide menos: añade un filtro o un límite.",
      en: "The query took more than \(format(seconds)) seconds and was stopped. Ask for less: add a filter or a limit.",
      subject: "sql")
  }

  static var cancelled: SaraiError {
    SaraiError(.cancelled, es: "La consulta se canceló.", en: "The query was cancelled.", subject: "sql")
  }

  static var tooLarge: SaraiError {
    SaraiError(
      .tooLarge, es: "La consulta necesita más memoria, o valores más grandes, de lo permitido. Pide menos.",
      en: "The query needs more memory, or larger values, than allowed. Ask for less.", subject: "sql")
  }

  static func unreadable(_ path: String, cause: String) -> SaraiError {
    SaraiError(
      .notFound,
      Localized(
        es: "No se pueden leer los datos de \(path). Comprueba la ruta y que tengas permiso para leerla.",
        en: "The data at \(path) can't be read. Check the path and that you may read it."), subject: path, cause: cause)
  }

  static func corrupt(_ path: String, cause: String) -> SaraiError {
    SaraiError(
      .corruptFile,
      Localized(
        es: "\(path) no es una base de datos SQLite que se pueda leer: está dañada o incompleta. Usa otra copia.",
        en: "\(path) is no SQLite database that can be read: it is damaged or incomplete. Use another copy."),
      subject: path, cause: cause)
  }

  private static func format(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }

  private static func description(of denial: StatementGuard.Denial) -> Localized {
    switch denial.action {
    case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE:
      Localized(es: "no se añade, cambia ni borra nada", en: "nothing is added, changed or deleted")
    case SQLITE_ATTACH, SQLITE_DETACH:
      Localized(es: "no se abren otras bases de datos (ATTACH)", en: "no other databases are opened (ATTACH)")
    case SQLITE_PRAGMA:
      Localized(es: "los ajustes de SQLite no se tocan (PRAGMA)", en: "SQLite's settings stay as they are (PRAGMA)")
    case SQLITE_FUNCTION:
      Localized(
        es: "la función \(denial.detail) no está permitida", en: "the function \(denial.detail) is not allowed")
    case SQLITE_READ:
      Localized(es: "la tabla \(denial.name) no se puede consultar", en: "the table \(denial.name) can't be queried")
    case SQLITE_TRANSACTION, SQLITE_SAVEPOINT:
      Localized(es: "no hay transacciones", en: "there are no transactions")
    default:
      Localized(es: "la estructura de los datos no se cambia", en: "the structure of the data is not changed")
    }
  }
}
