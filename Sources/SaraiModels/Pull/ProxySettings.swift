import Glibc

/// The proxy variables of the environment, as curl reads them: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and
/// `NO_PROXY`, the lower-case names first.
struct ProxySettings: Sendable, Hashable {
  struct Proxy: Sendable, Hashable {
    var host: String
    var port: Int
    var isSOCKS: Bool
    /// `user:password` as the variable has it, decoded.
    var credentials: String?
  }

  private var plain: Proxy?
  private var secure: Proxy?
  private var exceptions: [String]

  init(environment: [String: String]) {
    func value(_ name: String) -> String? {
      let found = environment[name.lowercased()] ?? environment[name]
      return found.flatMap { $0.isEmpty ? nil : $0 }
    }
    let all = value("ALL_PROXY").flatMap(Self.parse)
    plain = value("HTTP_PROXY").flatMap(Self.parse) ?? all
    secure = value("HTTPS_PROXY").flatMap(Self.parse) ?? all
    exceptions = (value("NO_PROXY") ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map { $0.lowercased() }
  }

  /// The proxy through which an address is reached; nil means directly.
  func proxy(for address: WebAddress) -> Proxy? {
    if exceptions.contains(where: { Self.covers($0, address) }) { return nil }
    return address.isSecure ? secure : plain
  }

  /// `*`, a host, a domain with all under it (with or without a leading dot), or a range such as `10.0.0.0/8`;
  /// each with a port where it is only for that one.
  private static func covers(_ exception: String, _ address: WebAddress) -> Bool {
    if exception == "*" { return true }
    if let slash = exception.firstIndex(of: "/") {
      return isInRange(address.host, of: exception[..<slash], prefix: exception[exception.index(after: slash)...])
    }
    var pattern = exception
    if pattern.hasPrefix("["), let end = pattern.firstIndex(of: "]") {
      pattern = String(pattern[pattern.index(after: pattern.startIndex)..<end])
    } else if pattern.filter({ $0 == ":" }).count == 1, let colon = pattern.firstIndex(of: ":") {
      guard Int(pattern[pattern.index(after: colon)...]) == address.port else { return false }
      pattern = String(pattern[..<colon])
    }
    while pattern.hasPrefix(".") { pattern.removeFirst() }
    return !pattern.isEmpty && (address.host == pattern || address.host.hasSuffix("." + pattern))
  }

  private static func isInRange(_ host: String, of network: Substring, prefix: Substring) -> Bool {
    var address = in_addr()
    var base = in_addr()
    guard let bits = UInt32(prefix), bits <= 32, inet_pton(AF_INET, host, &address) == 1,
      inet_pton(AF_INET, String(network), &base) == 1
    else { return false }
    let mask: UInt32 = bits == 0 ? 0 : ~0 << (32 - bits)
    return UInt32(bigEndian: address.s_addr) & mask == UInt32(bigEndian: base.s_addr) & mask
  }

  /// `[scheme://][user:password@]host[:port]`; a proxy without a scheme is an HTTP proxy, as for curl.
  static func parse(_ text: String) -> Proxy? {
    var rest = text[...]
    var isSOCKS = false
    var port = 1080
    if let mark = rest.firstRange(of: "://") {
      let scheme = rest[..<mark.lowerBound].lowercased()
      guard ["http", "socks5", "socks5h", "socks"].contains(scheme) else { return nil }
      isSOCKS = scheme != "http"
      if !isSOCKS { port = 80 }
      rest = rest[mark.upperBound...]
    }
    var credentials: String?
    if let at = rest.lastIndex(of: "@") {
      credentials = decodingPercents(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    guard let address = WebAddress("http://" + rest.prefix(while: { $0 != "/" })) else { return nil }
    if rest.contains(where: { $0 == ":" }) && address.port != 80 { port = address.port }
    if address.text.hasSuffix(":80") { port = 80 }
    return Proxy(host: address.host, port: port, isSOCKS: isSOCKS, credentials: credentials)
  }

  static func decodingPercents(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == 0x25, rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
