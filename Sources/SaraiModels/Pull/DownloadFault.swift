import SaraiCore

/// What can go wrong with a download, in words that say what to do.
enum DownloadFault {
  static func offline(_ url: String) -> SaraiError {
    SaraiError(
      .network,
      es: "Haría falta traer \(url), y se ha pedido no usar la red (--offline). Quita --offline, o trae el archivo "
        + "por otro medio y regístralo con «sarai pull RUTA».",
      en: "\(url) would have to be fetched, and the network is not to be used (--offline). Leave --offline out, or "
        + "bring the file some other way and register it with \"sarai pull PATH\".",
      subject: url)
  }

  static func badAddress(_ url: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "«\(url)» no es una dirección https:// (http:// solo en este equipo). Corrige models.yaml.",
      en: "\"\(url)\" is not an https:// address (http:// only on this machine). Mend models.yaml.", subject: url)
  }

  static func unsafeRedirect(_ from: WebAddress, _ location: String?) -> SaraiError {
    let target = location.map { String($0.prefix(200)) } ?? "?"
    return SaraiError(
      .network,
      es: "\(from.host) redirige a «\(target)», que no es una dirección segura. No se ha seguido; comprueba la "
        + "dirección en models.yaml.",
      en:
        "\(from.host) redirects to \"\(target)\", which is not a safe address. It was not followed; check the address "
        + "in models.yaml.",
      subject: from.text)
  }

  static func tooManyRedirects(_ from: WebAddress) -> SaraiError {
    SaraiError(
      .network, es: "\(from.host) redirige demasiadas veces. Comprueba la dirección en models.yaml.",
      en: "\(from.host) redirects too many times. Check the address in models.yaml.", subject: from.text)
  }

  static func status(_ status: Int, _ address: WebAddress) -> SaraiError {
    let (es, en): (String, String) =
      switch status {
      case 401, 403:
        (
          "puede que el modelo pida aceptar su licencia en la web; tráelo con el navegador y regístralo con "
            + "«sarai pull RUTA»",
          "the model may ask to accept its licence on the web; fetch it with a browser and register it with "
            + "\"sarai pull PATH\""
        )
      case 404, 410:
        ("el archivo ya no está ahí; actualiza models.yaml", "the file is no longer there; update models.yaml")
      case 429, 503:
        ("el servidor está ocupado; vuelve a intentarlo más tarde", "the server is busy; try again later")
      default: ("vuelve a intentarlo más tarde", "try again later")
      }
    return SaraiError(
      status == 404 || status == 410 ? .notFound : .network,
      es: "\(address.host) contesta \(status) a \(address.text): \(es).",
      en: "\(address.host) answers \(status) to \(address.text): \(en).", subject: address.text)
  }

  static func connection(_ address: WebAddress, _ cause: any Error) -> SaraiError {
    SaraiError(
      .network,
      es: "Se cortó la conexión con \(address.host). Lo traído se conserva: repite la orden para seguir donde quedó. "
        + "Si no hay red directa, pon HTTPS_PROXY.",
      en:
        "The connection with \(address.host) broke. What was fetched is kept: repeat the command to go on from there. "
        + "Where there is no direct network, set HTTPS_PROXY.",
      subject: address.text, cause: cause)
  }

  static func wrongLength(_ address: WebAddress, expected: Int64, found: Int64) -> SaraiError {
    SaraiError(
      .network,
      es:
        "\(address.host) ofrece \(found) bytes y el archivo tiene \(expected). No se ha traído; comprueba la dirección "
        + "en models.yaml.",
      en:
        "\(address.host) offers \(found) bytes and the file has \(expected). It was not fetched; check the address in "
        + "models.yaml.",
      subject: address.text)
  }

  static func brokenAnswer(_ address: WebAddress, es: String, en: String) -> SaraiError {
    SaraiError(
      .network, es: "\(address.host) contesta mal: \(es). Vuelve a intentarlo más tarde o desde otra red.",
      en: "\(address.host) answers wrongly: \(en). Try again later or from another network.", subject: address.text)
  }

  static func wrongHash(_ file: String, _ address: String, expected: String, found: String) -> SaraiError {
    SaraiError(
      .corruptFile,
      es: "Lo traído de \(address) no es \(file): su SHA-256 es \(found) y se espera \(expected). Se ha borrado; "
        + "vuelve a intentarlo o comprueba models.yaml.",
      en: "What was fetched from \(address) is not \(file): its SHA-256 is \(found), expected is \(expected). It was "
        + "deleted; try again, or check models.yaml.",
      subject: file)
  }

  static func noSpace(_ folder: String, needed: Int64, free: Int64) -> SaraiError {
    let (need, have) = (byteSize(needed), byteSize(free))
    return SaraiError(
      .insufficientResources,
      es: "No cabe: hacen falta \(need.es) y en \(folder) quedan \(have.es). Libera espacio, quita un modelo con "
        + "«sarai rm», o pon SARAI_MODELS_DIR en otro disco.",
      en:
        "It does not fit: \(need.en) are needed and \(folder) has \(have.en) left. Free some space, take a model away "
        + "with \"sarai rm\", or point SARAI_MODELS_DIR to another disk.",
      subject: folder)
  }
}
