import SaraiCore

/// What can go wrong with a remote model, in words that say what to do.
struct RemoteFault: Sendable {
  let id: String
  let host: String
  let variable: String?
  /// True for a server of SARAi's, whose errors say all that there is to say.
  var isOwnServer = false

  func connection(_ cause: any Error) -> SaraiError {
    SaraiError(
      .network,
      es: "No se pudo hablar con \(host), el servidor de «\(id)». Comprueba que está en marcha y que «base_url», en "
        + "models.yaml, es su dirección.",
      en:
        "\(host), the server of \"\(id)\", could not be talked to. Check that it is running, and that \"base_url\" in "
        + "models.yaml is its address.",
      subject: id, cause: cause)
  }

  func brokenAnswer(_ what: String) -> SaraiError {
    SaraiError(
      .network,
      Localized(
        es: "\(host), el servidor de «\(id)», contesta algo que no es de la API de OpenAI. Comprueba «base_url» en "
          + "models.yaml; suele acabar en /v1.",
        en: "\(host), the server of \"\(id)\", answers something that is not of the OpenAI API. Check \"base_url\" in "
          + "models.yaml; it usually ends in /v1."),
      subject: id, cause: what)
  }

  func tooLong() -> SaraiError {
    SaraiError(
      .network,
      es: "\(host), el servidor de «\(id)», manda más de lo que se admite en una respuesta. Pide menos texto "
        + "(max_tokens) o revisa ese servidor.",
      en:
        "\(host), the server of \"\(id)\", sends more than one answer may have. Ask for less text (max_tokens), or look "
        + "into that server.",
      subject: id)
  }

  func missingKey(_ variable: String) -> SaraiError {
    SaraiError(
      .unauthorized,
      es:
        "«\(id)» necesita una clave: pon en la variable de entorno \(variable) la de \(host) y vuelve a arrancar SARAi.",
      en: "\"\(id)\" needs a key: put that of \(host) into the environment variable \(variable) and start SARAi again.",
      subject: id)
  }

  /// An `error` object in the middle of a stream.
  func inBand(_ error: JSONValue) -> SaraiError {
    status(Int(clamping: error["code"]?.integerValue ?? 500), error: error)
  }

  func status(_ status: Int, body: [UInt8]) -> SaraiError {
    self.status(status, error: (try? JSONValue(parsing: body))?["error"] ?? .null)
  }

  private func status(_ status: Int, error: JSONValue) -> SaraiError {
    let said = Self.line(error["message"]?.stringValue ?? error.stringValue ?? "HTTP \(status)")
    let kind = [error["code"]?.stringValue, error["type"]?.stringValue].compactMap { $0 }
    if isOwnServer {
      return SaraiError(Self.code(of: kind.first, status: status), Localized(es: said, en: said), subject: id)
    }
    switch status {
    case 400 where kind.contains("context_length_exceeded") || kind.contains("exceed_context_size_error"):
      return made(
        .contextOverflow, said, es: "la conversación no cabe en su contexto; acórtala o empieza otra",
        en: "the conversation does not fit its context; shorten it or begin another")
    case 400, 405, 413, 422:
      return made(
        status == 413 ? .tooLarge : .invalidRequest, said, es: "rechaza la petición; cámbiala",
        en: "it refuses the request; change it")
    case 401, 403:
      let name = variable ?? "api_key_env"
      return made(
        .unauthorized, said, es: "no acepta la clave; comprueba \(name)", en: "it does not take the key; check \(name)")
    case 404:
      return made(
        .modelNotFound, said, es: "no tiene ese modelo; comprueba «model» y «base_url» en models.yaml",
        en: "it does not have that model; check \"model\" and \"base_url\" in models.yaml")
    case 408, 504:
      return made(.timeout, said, es: "tardó demasiado; vuelve a intentarlo", en: "it took too long; try again")
    case 429, 503:
      return made(
        .busy, said, es: "está ocupado; vuelve a intentarlo en un rato", en: "it is busy; try again in a while")
    default:
      return made(.network, said, es: "falló; mira su registro", en: "it failed; look into its log")
    }
  }

  /// SARAi's API writes its own codes, but for the two that OpenAI names otherwise.
  private static func code(of name: String?, status: Int) -> SaraiError.Code {
    if let name, let code = SaraiError.Code(rawValue: name) { return code }
    return switch status {
    case 401: .unauthorized
    case 429: .busy
    default: .network
    }
  }

  private func made(_ code: SaraiError.Code, _ said: String, es: String, en: String) -> SaraiError {
    SaraiError(
      code,
      Localized(
        es: "\(host), el servidor de «\(id)»: \(es). Dice: «\(said)».",
        en: "\(host), the server of \"\(id)\": \(en). It says: \"\(said)\"."),
      subject: id)
  }

  /// What a stranger's server says, short and without control characters, for it ends up on a terminal.
  private static func line(_ text: String) -> String {
    let clean = text.unicodeScalars.filter {
      !$0.properties.isDefaultIgnorableCodePoint && $0.value >= 0x20 && $0.value != 0x7f
        && !(0x80...0x9f).contains($0.value)
    }
    let short = String(String.UnicodeScalarView(clean.prefix(300)))
    return clean.count > 300 ? short + "…" : short
  }
}
