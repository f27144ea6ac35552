import Foundation
import FoundationNetworking
import Glibc
import SaraiCore
import TestSupport
import Testing

/// `sarai up`: everything running, and kept so.
@Suite(.serialized, .timeLimit(.minutes(10))) struct UpTests {
  @Test func `Whoever calls while the API is away waits and is answered, and Ctrl-C ends everything in order`()
    async throws
  {
    try await CommandLineHome.with { home in
      let up = try await RunningUp(home)
      var last: Int32 = 0
      for _ in 0..<4 {
        let pid = try up.record().pid
        #expect(pid != last && pid != up.process.pid)
        last = pid
        kill(pid, SIGKILL)
        await Processes.awaitEnd(of: pid)
        #expect(try await up.get("/healthz") == #"{"status":"ok"}"#)
      }
      #expect(try await up.get("/metrics").contains("sarai_serve_restarts_total 4"))
      // One log, and each line says whose it is.
      let logs = try await home.run("logs", "--role", "supervisor")
      #expect(logs.output.contains("started again"), "\(logs)")
      #expect(try await home.run("job", "list").status == 0)

      up.process.signal(SIGINT)
      #expect(await up.process.end() == 0, "\(up.process.text)")
      #expect(up.process.text.contains("Ending answers under way"), "\(up.process.text)")
      await Processes.awaitNone(mentioning: home.folder.path)
    }
  }

  @Test func `An answer under way is finished before the end`() async throws {
    try await CommandLineHome.with { home in
      let up = try await RunningUp(home)
      let body: JSONValue = [
        "model": "sarai", "messages": [["role": "user", "content": "Write about the sea."]], "max_tokens": 60,
        "temperature": 0,
      ]
      let address = up.address + "/v1/chat/completions"
      async let answer = RunningUp.post(address, body)
      while try await !up.get("/metrics").contains("sarai_queue_requests 1") {}
      up.process.signal(SIGTERM)
      let json = try JSONValue(parsing: try await answer)
      #expect(json["choices"]?.arrayValue?.first?["finish_reason"]?.stringValue != nil, "\(json)")
      #expect(await up.process.end() == 0)
    }
  }

  @Test func `Killed without mercy, it leaves nothing behind, and the next one starts at once`() async throws {
    try await CommandLineHome.with { home in
      let up = try await RunningUp(home)
      up.process.signal(SIGKILL)
      _ = await up.process.end()
      await Processes.awaitNone(mentioning: home.folder.path)
      let next = try await RunningUp(home)
      #expect(try await next.get("/healthz") == #"{"status":"ok"}"#)
      next.process.signal(SIGTERM)
      #expect(await next.process.end() == 0)
    }
  }

  @Test func `It takes over from a supervisor that lingers, and a second one is told who is there`() async throws {
    try await CommandLineHome.with { home in
      #expect(try await home.run("job", "list").status == 0)
      let up = try await RunningUp(home)
      let second = try await home.run("up", "--port", "0")
      #expect(second.status == 75 && second.errors.contains("already uses the folder"), "\(second)")
      #expect(try await home.run("stop").status == 0)
      #expect(await up.process.end() == 0, "\(up.process.text)")
    }
  }

  @Test func `What keeps the API from starting ends it with the reason`() async throws {
    try await CommandLineHome.with { home in
      let open = try await home.run("up", "--host", "0.0.0.0", "--port", "0")
      #expect(open.status == 77 && open.errors.contains("token"), "\(open)")
      let token = try await home.run("up", "--token-file", home.file("none").path)
      #expect(token.status != 0 && token.errors.contains("does not exist"), "\(token)")
      try await CommandLineHome.with { other in
        let up = try await RunningUp(other)
        let taken = try await home.run("up", "--port", "\(up.record().port)")
        #expect(taken.status == 75 && taken.errors.contains("is taken"), "\(taken)")
        up.process.signal(SIGTERM)
        _ = await up.process.end()
      }
    }
  }

  @Test func `A service manager opens the port, is told when all is ready, and that it lives`() async throws {
    try await CommandLineHome.with { home in
      let manager = try NotifySocket(path: home.file("notify").path)
      let process = home.process([])
      process.executableURL = URL(filePath: "/usr/bin/systemd-socket-activate")
      let port = try Self.freePort()
      // It passes on what is named; the port of the configuration is not the one that it opens.
      process.arguments =
        ["-l", "127.0.0.1:\(port)", "-E", "WATCHDOG_USEC=300000"]
        + ["SARAI_HOME", "LC_ALL", "SWIFT_BACKTRACE", "HOME", "LLVM_PROFILE_FILE"].flatMap { ["-E", $0] }
        + ["-E", "NOTIFY_SOCKET=\(home.file("notify").path)", TestParts.executable("sarai").path, "up"]
      let up = try WatchedProcess(process)
      defer { up.stop() }
      try await up.wait(for: "Listening on")
      // The first to call starts it, and is answered.
      #expect(try await RunningUp.get("http://127.0.0.1:\(port)/healthz") == #"{"status":"ok"}"#)
      let ready = await manager.next()
      #expect(ready.contains("READY=1") && ready.contains("http://127.0.0.1:\(port)"), "\(ready)")
      #expect(await manager.next() == "WATCHDOG=1")
      up.signal(SIGTERM)
      var last = ""
      while last != "STOPPING=1" { last = await manager.next() }
      #expect(await up.end() == 0, "\(up.text)")
    }
  }
}

extension UpTests {
  /// A port that nothing listens on just now.
  fileprivate static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
      }
    }
    try #require(status == 0)
    return UInt16(bigEndian: address.sin_port)
  }
}

/// A `sarai up` on a port of its own.
struct RunningUp {
  struct Record {
    let pid: Int32
    let port: Int
  }

  let home: CommandLineHome
  let process: WatchedProcess
  let address: String

  init(_ home: CommandLineHome) async throws {
    self.home = home
    process = try WatchedProcess(home.process(["up", "--port", "0"]))
    try await process.wait(for: "SARAi listens on ")
    address = try await process.wait(for: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The server that runs now.
  func record() throws -> Record {
    let json = try JSONValue(parsing: Array(try Data(contentsOf: home.file("state/server.json"))))
    return Record(
      pid: try #require(json["pid"]?.integerValue.flatMap { Int32(exactly: $0) }),
      port: try #require(json["port"]?.integerValue.map { Int($0) }))
  }

  func get(_ path: String) async throws -> String { try await Self.get(address + path) }

  /// Over a connection of its own, which no earlier server has held.
  static func get(_ address: String) async throws -> String {
    try await ask(URLRequest(url: try #require(URL(string: address))))
  }

  static func post(_ address: String, _ body: JSONValue) async throws -> String {
    var request = URLRequest(url: try #require(URL(string: address)))
    request.httpMethod = "POST"
    request.httpBody = Data(body.serialized())
    return try await ask(request)
  }

  private static func ask(_ request: URLRequest) async throws -> String {
    let session = URLSession(configuration: .ephemeral)
    defer { session.finishTasksAndInvalidate() }
    return String(decoding: try await session.data(for: request).0, as: UTF8.self)
  }
}

/// What a service manager listens on (sd_notify(3)).
private final class NotifySocket: Sendable {
  private let messages: AsyncStream<String>

  init(path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    messages = AsyncStream { continuation in
      DetachedThread.start(stackBytes: 128 << 10) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var count = 1
        while count > 0 {
          count = recv(descriptor, &buffer, buffer.count, 0)
          if count > 0 { continuation.yield(String(decoding: buffer.prefix(count), as: UTF8.self)) }
        }
      }
    }
  }

  func next() async -> String {
    for await message in messages { return message }
    return ""
  }
}
