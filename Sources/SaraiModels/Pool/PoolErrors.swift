import SaraiCore

/// What the pool tells users when it cannot answer.
extension ModelPool {
  nonisolated func shuttingDown() -> SaraiError {
    SaraiError(
      .busy, es: "SARAi se está cerrando y ya no atiende peticiones. Vuelve a arrancarla con «sarai serve».",
      en: "SARAi is shutting down and takes no more requests. Start it again with \"sarai serve\".")
  }

  nonisolated func internalFault(_ cause: any Error) -> SaraiError {
    SaraiError(
      .internalFault, es: "SARAi falló al arrancar el motor. El registro dice por qué.",
      en: "SARAi failed to start the engine. The log says why.", cause: cause)
  }

  nonisolated func noRoomInTime(_ model: String) -> SaraiError {
    SaraiError(
      .busy,
      es: "Los demás modelos están en uso y no dejaron sitio a «\(model)» a tiempo. Vuelve a intentarlo, o sube "
        + "«runtime.max_concurrent_llms».",
      en: "The other models are in use and made no room for \"\(model)\" in time. Try again, or raise "
        + "\"runtime.max_concurrent_llms\".", subject: model)
  }

  nonisolated func socketPathTooLong(_ path: String) -> SaraiError {
    SaraiError(
      .internalFault,
      es: "La ruta del socket, \(path), pasa de 107 bytes, lo más que admite el sistema. Pon SARAI_HOME en una "
        + "carpeta de ruta más corta.",
      en: "The socket's path, \(path), is longer than 107 bytes, the most that the system takes. Put SARAI_HOME in a "
        + "folder with a shorter path.", subject: path)
  }

  nonisolated func keepsDying(
    _ model: String, _ exit: ChildExit, _ policy: PoolSettings.RestartPolicy
  ) -> SaraiError {
    let seconds = Int(policy.windowSeconds.rounded(.up))
    return SaraiError(
      .engineFailed,
      es: "El motor de «\(model)» se cae una y otra vez; la última, \(exit.words.es). Descansa \(seconds) s: vuelve a "
        + "intentarlo después, o usa otro modelo («sarai list»).",
      en: "The engine of \"\(model)\" keeps dying; the last time, \(exit.words.en). It rests for \(seconds) s: try "
        + "again then, or use another model (\"sarai list\").", subject: model)
  }

  nonisolated func wrongKind(_ entry: CatalogueEntry, wanted: ModelSummary.Kind) -> SaraiError {
    switch wanted {
    case .chat:
      SaraiError(
        .invalidRequest,
        es: "«\(entry.id)» solo calcula representaciones (embeddings), no escribe texto. Pide un modelo de "
          + "conversación: «sarai list».",
        en: "\"\(entry.id)\" only computes embeddings, it writes no text. Ask for a chat model: \"sarai list\".",
        subject: "model")
    case .embeddings:
      SaraiError(
        .invalidRequest,
        es: "«\(entry.id)» es un modelo de conversación y no calcula representaciones (embeddings). Pide "
          + "«embeddings».",
        en: "\"\(entry.id)\" is a chat model and computes no embeddings. Ask for \"embeddings\".", subject: "model")
    }
  }

  func roleNotSet(_ role: ModelRole) -> SaraiError {
    SaraiError(
      .modelNotFound,
      es: "Ningún modelo atiende el papel «\(role.rawValue)». Ponle uno en la configuración, o pide uno de estos: "
        + "\(names()).",
      en: "No model fills the role \"\(role.rawValue)\". Give it one in the configuration, or ask for one of these: "
        + "\(names()).", subject: role.rawValue)
  }

  func unknownModel(_ name: String) -> SaraiError {
    let shown = name.utf8.count > 80 ? String(name.prefix(80)) + "…" : name
    return SaraiError(
      .modelNotFound,
      es: "No hay ningún modelo ni papel «\(shown)». Hay: \(names()). «sarai pull» trae más.",
      en: "There is no model or role \"\(shown)\". There are: \(names()). \"sarai pull\" fetches more.",
      subject: shown)
  }

  /// The roles that are filled and the ids that can be asked for, at most 30.
  private func names() -> String {
    let summaries = summaries()
    let roles = ModelRole.allCases.map(\.rawValue).filter { role in summaries.contains { $0.roles.contains(role) } }
    return (roles + summaries.map(\.id)).prefix(30).joined(separator: ", ")
  }

  func doesNotFit(_ model: InstalledModel, neededBytes: Int, limitBytes: Int) -> SaraiError {
    let needed = Self.megabytes(neededBytes)
    let limit = Self.megabytes(limitBytes)
    let advice = smallerModel(than: model, limitBytes: limitBytes)
    return SaraiError(
      .insufficientResources,
      es: "«\(model.id)» necesita unos \(needed) MB de memoria y hay \(limit) MB para modelos. \(advice.es)",
      en: "\"\(model.id)\" needs about \(needed) MB of memory and there are \(limit) MB for models. \(advice.en)",
      subject: model.id)
  }

  private func smallerModel(than model: InstalledModel, limitBytes: Int) -> Localized {
    let installed = ((try? parts.store.installed()) ?? [])
      .filter { $0.id != model.id && $0.entry.kind == model.entry.kind }
      .filter { self.fits($0.entry, fileBytes: Int($0.sizeBytes), limitBytes) }
      .max { $0.sizeBytes < $1.sizeBytes }
    if let installed {
      return Localized(
        es: "Sí cabe «\(installed.id)», que ya está instalado.", en: "\"\(installed.id)\", already installed, fits.")
    }
    let known = parts.store.catalogue.entries
      .filter { $0.id != model.id && $0.kind == model.entry.kind && $0.backend != .openai }
      .filter { entry in entry.sizeBytes.map { self.fits(entry, fileBytes: Int($0), limitBytes) } ?? false }
      .max { ($0.sizeBytes ?? 0) < ($1.sizeBytes ?? 0) }
    if let known {
      return Localized(
        es: "Sí cabe «\(known.id)»: tráelo con «sarai pull \(known.id)».",
        en: "\"\(known.id)\" fits: fetch it with \"sarai pull \(known.id)\".")
    }
    return Localized(
      es: "Cierra otros programas, sube el presupuesto de memoria o baja el contexto.",
      en: "Close other programs, raise the memory budget or lower the context.")
  }

  private func fits(_ entry: CatalogueEntry, fileBytes: Int, _ limitBytes: Int) -> Bool {
    let context = contextTokens(of: entry, wished: settings.defaultContextTokens)
    return Self.estimate(entry, fileBytes: fileBytes, contextTokens: context).totalBytes <= limitBytes
  }

  private static func megabytes(_ bytes: Int) -> Int { (max(0, bytes) + 999_999) / 1_000_000 }
}
