import SaraiCore

extension ModelStore {
  static func notInstalled(_ entry: CatalogueEntry) -> SaraiError {
    guard entry.backend != .openai else {
      return SaraiError(
        .modelNotFound,
        es: "El modelo «\(entry.id)» está en otro servidor y aquí no tiene archivo. Se quita de tu models.yaml.",
        en: "The model \"\(entry.id)\" is on another server and has no file here. It is taken out in your models.yaml.",
        subject: entry.id)
    }
    return SaraiError(
      .modelNotFound,
      es: "El modelo «\(entry.id)» no está instalado. Tráelo con «sarai pull \(entry.id)».",
      en: "The model \"\(entry.id)\" is not installed. Fetch it with \"sarai pull \(entry.id)\".", subject: entry.id)
  }

  func unknown(_ id: String) -> SaraiError {
    let shown = id.utf8.count > 80 ? String(id.prefix(80)) + "…" : id
    return SaraiError(
      .modelNotFound,
      es: "No hay ningún modelo «\(shown)». «sarai list --all» muestra los que hay.",
      en: "There is no model \"\(shown)\". \"sarai list --all\" shows those there are.", subject: shown)
  }

  static func beingPulled(_ id: String) -> SaraiError {
    SaraiError(
      .busy, es: "El modelo «\(id)» se está trayendo ahora mismo. Espera a que termine o cancela esa descarga.",
      en: "The model \"\(id)\" is being fetched right now. Wait for it to end, or cancel that download.", subject: id)
  }

  static func corrupt(_ model: InstalledModel, expected: String, found: String) -> SaraiError {
    let again = model.isExternal ? model.path : model.id
    return SaraiError(
      .corruptFile,
      es: "\(model.path) no es el archivo que se espera de «\(model.id)»: se espera \(expected) y hay \(found). "
        + "Tráelo otra vez con «sarai pull \(again)».",
      en: "\(model.path) is not the file expected for \"\(model.id)\": expected is \(expected), found is \(found). "
        + "Fetch it again with \"sarai pull \(again)\".",
      subject: model.path)
  }
}
