import HTTPTypes
import SaraiCore
import Synchronization

/// Decides who is let in: by the Host that was asked for, the web origin that asks, and the token.
///
/// A page of any web site may send requests to the loopback; with a name that it points here (DNS rebinding) it could
/// read the answers too. So both Host and Origin must be on a list, exactly.
final class Gate: Sendable {
  private let settings: ServerSettings
  private let port = Mutex(0)

  init(_ settings: ServerSettings) {
    self.settings = settings
  }

  /// To be told before the first request: the port that was bound is part of the names that are answered.
  func open(port: Int) {
    self.port.withLock { $0 = port }
  }

  // MARK: - Host

  /// - Throws: `SaraiError`: `invalidRequest` for none or several, `forbidden` for one that is not on the list.
  func checkHost(_ request: HTTPRequest) throws(SaraiError) {
    // The first Host field is the authority; another one stays among the fields.
    guard let host = request.authority, !host.isEmpty,
      !request.headerFields.contains(where: { $0.name.canonicalName == "host" })
    else {
      throw SaraiError(
        .invalidRequest, es: "La petición debe llevar una sola cabecera Host.",
        en: "The request has to carry exactly one Host header.", subject: "Host")
    }
    guard isAllowed(host: host.lowercased()) else {
      throw SaraiError(
        .forbidden,
        es:
          "Aquí no se responde como «\(host.prefix(100))»: usa 127.0.0.1:\(port.withLock { $0 }) o añade ese nombre a "
          + "los permitidos en la configuración.",
        en:
          "Nobody answers as \"\(host.prefix(100))\" here: use 127.0.0.1:\(port.withLock { $0 }), or add that name to "
          + "the allowed hosts in the configuration.", subject: "Host")
    }
  }

  private func isAllowed(host: String) -> Bool {
    let port = port.withLock { $0 }
    return names.contains { name in host == "\(name):\(port)" || (port == 80 && host == name) }
      || settings.allowedHosts.contains { host == $0.lowercased() || host == "\($0.lowercased()):\(port)" }
  }

  /// Names of this machine for itself, and the address that the server was told to listen on.
  private var names: [String] {
    let own = settings.host.lowercased()
    let isWildcard = own == "0.0.0.0" || own == "::"
    return ["127.0.0.1", "localhost", "[::1]"] + (isWildcard ? [] : [own.contains(":") ? "[\(own)]" : own])
  }

  // MARK: - Origin

  /// - Returns: The origin to allow in the answer; nil where none was sent.
  /// - Throws: `SaraiError` (`forbidden`) for one that is not on the list.
  func checkOrigin(_ headers: HTTPFields) throws(SaraiError) -> String? {
    guard let origin = headers[.origin] else { return nil }
    let isOwn = origin.hasPrefix("http://") && isAllowed(host: origin.dropFirst("http://".count).lowercased())
    guard isOwn || settings.allowedOrigins.contains(origin) else {
      throw SaraiError(
        .forbidden,
        es: "Las páginas de «\(origin.prefix(100))» no pueden usar SARAi: añade ese origen a los permitidos en la "
          + "configuración.",
        en: "Pages of \"\(origin.prefix(100))\" may not use SARAi: add that origin to the allowed ones in the "
          + "configuration.", subject: "Origin")
    }
    return origin
  }

  // MARK: - Token

  /// - Throws: `SaraiError` (`unauthorized`).
  func checkToken(_ headers: HTTPFields) throws(SaraiError) {
    guard let token = settings.token else { return }
    let scheme = "bearer "
    let value = headers[.authorization] ?? ""
    if value.prefix(scheme.count).lowercased() == scheme, Self.equal(value.dropFirst(scheme.count).utf8, token.utf8) {
      return
    }
    throw SaraiError(
      .unauthorized,
      es: "Hace falta el token de este servidor: envíalo como «Authorization: Bearer …» (en los clientes de OpenAI, "
        + "api_key).",
      en: "This server's token is needed: send it as \"Authorization: Bearer …\" (api_key in OpenAI's clients).",
      subject: "Authorization")
  }

  /// Takes as long for a wrong first byte as for a wrong last one.
  private static func equal(_ given: some Collection<UInt8>, _ secret: some Collection<UInt8>) -> Bool {
    var difference = UInt8(given.count == secret.count ? 0 : 1)
    var givenBytes = given.makeIterator()
    for byte in secret { difference |= byte ^ (givenBytes.next() ?? 0) }
    return difference == 0
  }

}
