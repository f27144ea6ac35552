import GRDB
package import SaraiCore

/// What can go wrong with a database file, in words that say what to do next.
package enum StoreFault {
  /// An error of SQLite as the one error type; what is no error of SQLite stays as it is.
  ///
  /// - Parameter path: The file that the error is about.
  package static func wrap(_ error: any Error, path: String) -> any Error {
    guard let fault = error as? DatabaseError else { return error }
    switch fault.resultCode {
    case .SQLITE_FULL:
      return SaraiError(
        .insufficientResources,
        es: "El disco está lleno y no se ha guardado nada de esto; lo guardado antes sigue intacto. Libera espacio.",
        en: "The disk is full and none of this was saved; what was saved before is intact. Free some space.",
        subject: path, cause: fault)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
      return damaged(path, cause: fault)
    // A page that does not match its checksum, or of which a part is missing.
    case .SQLITE_IOERR where [.SQLITE_IOERR_DATA, .SQLITE_IOERR_SHORT_READ].contains(fault.extendedResultCode):
      return damaged(path, cause: fault)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return SaraiError(
        .busy, es: "Otro proceso tiene la base de datos ocupada; prueba otra vez.",
        en: "Another process keeps the database busy; try again.", subject: path, cause: fault)
    case .SQLITE_TOOBIG:
      return SaraiError(
        .tooLarge, es: "El texto es demasiado largo para guardarlo; divídelo.",
        en: "The text is too long to be stored; split it.", subject: path, cause: fault)
    case .SQLITE_INTERRUPT:
      return SaraiError(
        .cancelled, es: "La consulta se ha interrumpido.", en: "The query was interrupted.", subject: path, cause: fault
      )
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
      return SaraiError(
        .invalidRequest, es: "No se puede abrir o escribir la base de datos: revisa los permisos de \(path).",
        en: "The database cannot be opened or written: check the permissions of \(path).", subject: path, cause: fault)
    // The index of the log gets its room when a file is opened, and is refused it by a disk that has none.
    case .SQLITE_IOERR where [.SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMMAP].contains(fault.extendedResultCode):
      return SaraiError(
        .insufficientResources,
        es: "El disco está lleno: sin sitio ni siquiera se puede leer la base de datos. Lo guardado sigue intacto. "
          + "Libera espacio.",
        en: "The disk is full: without room the database cannot even be read. What was saved is intact. Free some "
          + "space.", subject: path, cause: fault)
    case .SQLITE_IOERR:
      return SaraiError(
        .insufficientResources,
        es: "El disco no ha leído o escrito bien; nada de esto se ha guardado. Revisa el disco antes de repetirlo.",
        en: "The disk failed to read or write; none of this was saved. Check the disk before you try again.",
        subject: path, cause: fault)
    default:
      return SaraiError(
        .internalFault, es: "La base de datos ha fallado de forma inesperada.",
        en: "The database failed in an unexpected way.", subject: path, cause: fault)
    }
  }

  /// Runs `body` and words what SQLite throws.
  package static func wrapping<Result>(path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw wrap(error, path: path) }
  }

  package static func damaged(_ path: String, cause: (any Error)? = nil) -> SaraiError {
    SaraiError(
      .corruptFile,
      es: "La base de datos está dañada. Al abrirla de nuevo se recupera la última copia de seguridad.",
      en: "The database is damaged. Opening it again brings back the last backup.", subject: path, cause: cause)
  }

  /// A file that somebody offers as a backup.
  static func noBackup(_ path: String, cause: (any Error)? = nil) -> SaraiError {
    SaraiError(
      .corruptFile,
      es: "Ese archivo está dañado o no es una copia de esta base de datos, que sigue como estaba. Elige otro.",
      en: "That file is damaged or no backup of this database, which stays as it was. Choose another one.",
      subject: path, cause: cause)
  }

  /// What a call is told that met damage, once a backup is in place.
  static func mended(_ path: String, _ recovery: StoreOpening.Recovery, cause: String) -> SaraiError {
    let message: Localized
    switch recovery {
    case .restored, .refilled:
      message = Localized(
        es: "La base de datos estaba dañada y la última copia ya está en su lugar; lo posterior a ella se ha perdido. "
          + "Vuelve a intentarlo.",
        en: "The database was damaged, and the last backup is in its place now; what came after it is lost. Try again.")
    case .startedEmpty, .lostAll:
      message = Localized(
        es: "La base de datos estaba dañada y no había ninguna copia sana: está vacía. El archivo dañado sigue a su "
          + "lado.",
        en: "The database was damaged and there was no sound backup: it is empty. The damaged file lies beside it.")
    case .rewritten:
      message = Localized(
        es: "El archivo de la base de datos se borró o se cambió por otro mientras estaba en uso, y ya está escrito de "
          + "nuevo. Vuelve a intentarlo.",
        en: "The database's file was deleted or replaced while it was in use, and is written again now. Try again.")
    }
    return SaraiError(.corruptFile, message, subject: path, cause: cause)
  }

  /// What a call is told that wrote into a file which no longer has its name, where no other one can be written.
  static func notRewritten(_ path: String, _ error: any Error) -> any Error {
    let fault = wrap(error, path: path) as? SaraiError
    // Damage is repaired from the backups.
    if fault?.code == .corruptFile { return fault ?? error }
    return SaraiError(
      fault?.code == .insufficientResources || fault?.code == .busy ? fault?.code ?? .busy : .notAvailable,
      Localized(
        es: "El archivo de la base de datos (\(path)) se ha borrado o cambiado por otro mientras estaba en uso y no se "
          + "puede escribir de nuevo, así que esto no se ha guardado: devuelve el archivo o su carpeta a su sitio, o "
          + "reinicia SARAi con «sarai stop» para empezar con lo que haya. Hasta entonces todo lo de antes se puede leer."
          + (fault.map { " \($0.message.es)" } ?? ""),
        en: "The database's file (\(path)) was deleted or replaced while it was in use and cannot be written again, so "
          + "this was not saved: put the file or its folder back, or restart SARAi with `sarai stop` to begin with what "
          + "is there. Until then all of what was there before can be read." + (fault.map { " \($0.message.en)" } ?? "")
      ),
      subject: path, cause: "\(error)")
  }

  /// Whether a file that was put aside has a log beside it, without which it shows an earlier state.
  package static func hasLog(_ path: String) -> Bool { StoreFiles.bytes(path + "-wal") > 0 }

  static func closed(_ path: String) -> SaraiError {
    SaraiError(
      .notAvailable, es: "La base de datos está cerrada.", en: "The database is closed.", subject: path)
  }

  static func fromTheFuture(_ path: String, migration: String) -> SaraiError {
    SaraiError(
      .notAvailable,
      es: "Una versión más nueva de SARAi ha escrito este archivo (\(migration)): actualiza SARAi para abrirlo.",
      en: "A newer version of SARAi has written this file (\(migration)): update SARAi to open it.", subject: path)
  }
}
