import FoundationEssentials
import Glibc

/// An `http` or `https` address, taken apart as far as its safety needs.
struct WebAddress: Hashable {
  let text: String
  let isSecure: Bool
  /// Lower case, without the brackets of an IPv6 address.
  let host: String
  let port: Int

  /// Nil for other schemes, for an address without a host or with an impossible port, and for one that carries a user
  /// name or control characters.
  init?(_ text: String) {
    guard text.utf8.count <= 4096, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      let url = URL(string: text), let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https",
      let host = url.host(percentEncoded: false), !host.isEmpty, url.user == nil, url.password == nil
    else { return nil }
    self.text = text
    isSecure = scheme == "https"
    self.host = host.lowercased().trimmingBrackets()
    port = url.port ?? (isSecure ? 443 : 80)
    // The HTTP client stops the process at a port that is none.
    guard (1...65_535).contains(port) else { return nil }
  }

  /// True where the host is this machine by its very name: `localhost`, `127.0.0.0/8` or `::1`.
  var isLoopback: Bool {
    if host == "localhost" { return true }
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
    var six = in6_addr()
    guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
    return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
  }

  /// The address that a `Location` header means, seen from this one (RFC 9110, 10.2.2).
  func resolving(_ location: String) -> WebAddress? {
    URL(string: location, relativeTo: URL(string: text)).flatMap { WebAddress($0.absoluteURL.absoluteString) }
  }
}

extension String {
  fileprivate func trimmingBrackets() -> String {
    hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
  }
}
