import Foundation
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct PullPartsTests {
  @Test(
    arguments: [
      ("https://example.com/a", true, "example.com", 443, false),
      ("http://LOCALHOST:8080", false, "localhost", 8080, true),
      ("http://127.9.9.9/", false, "127.9.9.9", 80, true), ("http://[::1]:5/x", false, "::1", 5, true),
      ("http://127.0.0.1.evil.com/", false, "127.0.0.1.evil.com", 80, false),
      ("http://[::ffff:8.8.8.8]/", false, "::ffff:8.8.8.8", 80, false),
    ] as [(String, Bool, String, Int, Bool)])
  func `an address is taken apart`(text: String, isSecure: Bool, host: String, port: Int, isLoopback: Bool) throws {
    let address = try #require(WebAddress(text))
    #expect(address.isSecure == isSecure && address.host == host && address.port == port)
    #expect(address.isLoopback == isLoopback)
  }

  @Test(arguments: [
    "", "x", "ftp://a/b", "https://", "https:///p", "https://u:p@h/", "https://h/a b", "https://h/\n", "//h",
  ])
  func `what is no web address is none`(text: String) { #expect(WebAddress(text) == nil) }

  @Test func `relative locations are resolved`() throws {
    let base = try #require(WebAddress("https://a.example/x/y?z"))
    #expect(base.resolving("/q")?.text == "https://a.example/q")
    #expect(base.resolving("w#sha256=1")?.text.hasPrefix("https://a.example/x/w") == true)
    #expect(base.resolving("//b.example/")?.host == "b.example")
    #expect(base.resolving("ftp://b.example/") == nil)
  }

  @Test(
    arguments: [
      ("http://p:3128", "p", 3128, false, nil), ("p:3128", "p", 3128, false, nil), ("http://p", "p", 80, false, nil),
      ("socks5h://p", "p", 1080, true, nil), ("socks5://p:80", "p", 80, true, nil),
      ("http://u:a%40b@p:1/", "p", 1, false, "u:a@b"), ("http://p:80", "p", 80, false, nil),
    ] as [(String, String, Int, Bool, String?)])
  func `a proxy variable is read`(text: String, host: String, port: Int, isSOCKS: Bool, credentials: String?) {
    #expect(
      ProxySettings.parse(text) == .init(host: host, port: port, isSOCKS: isSOCKS, credentials: credentials))
  }

  @Test(arguments: ["", "gopher://p", "http://", "://", "a b"])
  func `a proxy variable that makes no sense is no proxy`(text: String) {
    #expect(ProxySettings(environment: ["ALL_PROXY": text]).proxy(for: WebAddress("https://e.org/")!) == nil)
  }

  @Test(arguments: [
    ("*", "https://e.org", false), ("e.org", "https://e.org", false), (".e.org", "https://a.e.org", false),
    ("e.org", "https://a.e.org", false), ("e.org", "https://notane.org", true), ("e.org:443", "https://e.org", false),
    ("e.org:80", "https://e.org", true), ("10.0.0.0/8", "https://10.1.2.3", false),
    ("10.0.0.0/8", "https://11.1.2.3", true),
    ("10.0.0.0/99", "https://10.1.2.3", true), ("a, e.org ,b", "https://e.org", false), ("", "https://e.org", true),
    ("[::1]", "http://[::1]:9", false), ("0.0.0.0/0", "https://9.9.9.9", false), (".", "https://e.org", true),
  ])
  func `NO_PROXY excepts`(exceptions: String, url: String, isProxied: Bool) {
    let settings = ProxySettings(environment: ["ALL_PROXY": "http://p:1", "NO_PROXY": exceptions])
    #expect((settings.proxy(for: WebAddress(url)!) != nil) == isProxied)
  }

  @Test func `lower-case names and the scheme's own variable come first`() {
    let settings = ProxySettings(environment: [
      "ALL_PROXY": "http://all:1", "HTTPS_PROXY": "http://upper:1", "https_proxy": "http://lower:1",
    ])
    #expect(settings.proxy(for: WebAddress("https://e.org")!)?.host == "lower")
    #expect(settings.proxy(for: WebAddress("http://e.org")!)?.host == "all")
  }

  @Test func `validators and waits are read strictly`() {
    #expect(HTTPFields.strongETag("\"a\"") == "\"a\"")
    #expect(HTTPFields.strongETag("W/\"a\"") == nil)
    #expect(HTTPFields.strongETag("a") == nil)
    #expect(HTTPFields.strongETag(nil) == nil)
    #expect(HTTPFields.retryAfterSeconds("7") == 7)
    #expect(HTTPFields.retryAfterSeconds("-7") == nil)
    #expect(HTTPFields.retryAfterSeconds("Wed, 21 Oct 2015 07:28:00 GMT") == nil)
  }

  @Test func `lines come out whole however they arrive, and none is endless`() {
    var splitter = LineSplitter(maximumLineBytes: 8)
    var lines: [[UInt8]] = []
    for byte in Array("ab\r\n\n12345678\nx".utf8) { lines += splitter.lines(after: [byte]) }
    #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["ab", "", "12345678"])
    #expect(splitter.lines(after: Array("23456789".utf8)) == [])
    #expect(splitter.isOverrun)
    #expect(splitter.lines(after: Array("\nok\n".utf8)) == [])
  }

  @Test func `the package index is the one that pip uses`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "pip/pip.conf")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      let text =
        "[install]\nindex-url = https://wrong/\n[global]\ntimeout = 5\n  index_url: https://u:k%21@right/simple/\n"
      try Data(text.utf8).write(to: file)
      let configured = PackageIndex(environment: ["XDG_CONFIG_HOME": folder.path])
      #expect(configured.address == "https://right/simple")
      #expect(configured.authorization == "Basic " + Data("u:k!".utf8).base64EncodedString())
      let variable = PackageIndex(environment: ["XDG_CONFIG_HOME": folder.path, "PIP_INDEX_URL": "https://first/"])
      #expect(variable.address == "https://first" && variable.authorization == nil)
      let file2 = PackageIndex(environment: ["PIP_CONFIG_FILE": folder.appending(path: "none").path])
      #expect(file2.address == "https://pypi.org/simple")
    }
  }
}
