import Foundation
import Glibc
import SaraiCore
@testable import SaraiSandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct DockerTests {
  private func engine() throws -> (engine: DockerEngine, reactor: Reactor) {
    let reactor = try Reactor(name: "test")
    return (DockerEngine(socket: TestContainers.socket, reactor: reactor), reactor)
  }

  private func withBackend(
    images: DockerBackend.Images = .preferred, socket: String? = nil,
    _ body: (DockerBackend) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let user = try #require(SandboxUser.all.first)
      var configuration = SandboxSubject.dockerConfiguration(user, runtimeFolder: folder.path)
      configuration.images = images
      if let socket { configuration.socket = socket }
      let backend = try DockerBackend(configuration)
      try await body(backend)
      await backend.close()
    }
  }

  @Test("Without an engine nothing is run, and the report and the error say what to do")
  func withoutEngine() async throws {
    try await withBackend(socket: "/nowhere/docker.sock") { backend in
      let report = await backend.check()
      #expect(!report.isUsable && report.version == nil)
      #expect(report.lines.map(\.verdict) == [.missing])
      #expect(report.lines.first?.note.en.contains("apt-get install docker.io") == true)
      await #expect { try await backend.launch(Probe.launch("ok")) { _ in } } throws: {
        ($0 as? SaraiError)?.code == .notAvailable
      }
    }
  }

  @Test("An engine that is started later is found without a restart")
  func laterEngine() async throws {
    try await withTemporaryFolder { folder in
      let socket = folder.appending(path: "d.sock").path
      try await withBackend(socket: socket) { backend in
        #expect(await backend.check().isUsable == false)
        try FileManager.default.createSymbolicLink(atPath: socket, withDestinationPath: TestContainers.socket)
        #expect(await backend.check().isUsable)
      }
    }
  }

  @Test("Whoever may not use the engine is told to join its group, and a remote engine is refused")
  func refusals() {
    let denied = DockerErrors.unreachable("/run/docker.sock", error: EACCES)
    #expect(denied.message.en.contains("usermod -aG docker") && denied.message.es.contains("usermod -aG docker"))
    #expect(throws: SaraiError.self) {
      try DockerEngine.socket(given: nil) { $0 == "DOCKER_HOST" ? "tcp://127.0.0.1:2375" : nil }
    }
    #expect(throws: Never.self) {
      let socket = try DockerEngine.socket(given: nil) { $0 == "DOCKER_HOST" ? "unix:///x/d.sock" : nil }
      #expect(socket == "/x/d.sock")
    }
  }

  @Test("A container has no network, no capabilities, a read-only root, a filter, limits, and no user but its own")
  func hardening() async throws {
    try await withBackend { backend in
      let printed = Printed()
      let process = try await backend.launch(
        Probe.launch("wait-for-end") { $0.limits.cpuSeconds = 5 }, output: printed.receive)
      await printed.waitForLine("ready")
      let (engine, reactor) = try engine()
      let list = try await engine.ask("GET", "/containers/json").json.arrayValue ?? []
      var found: JSONValue?
      for container in list {
        let id = try #require(container["Id"]?.stringValue)
        let facts = try await engine.ask("GET", "/containers/\(id)/json").json
        if facts["State"]?["Pid"]?.integerValue == Int64(process.pid) { found = facts }
      }
      let host = try #require(found?["HostConfig"])
      let config = try #require(found?["Config"])
      #expect(config["NetworkDisabled"] == true && host["NetworkMode"] == "none")
      #expect(host["ReadonlyRootfs"] == true && host["CapDrop"] == ["ALL"] && host["CapAdd"]?.isNull != false)
      #expect(host["Privileged"] == false && host["IpcMode"] == "none" && host["CgroupnsMode"] == "private")
      let options = (host["SecurityOpt"]?.arrayValue ?? []).compactMap(\.stringValue)
      #expect(options.contains("no-new-privileges"))
      #expect(options.contains { $0.hasPrefix("seccomp={") })
      #expect(host["Tmpfs"]?["/tmp"]?.stringValue?.contains("noexec,nosuid,nodev,size=8388608") == true)
      #expect(host["Memory"] == 67_108_864 && host["MemorySwap"] == 67_108_864 && host["PidsLimit"] == 16)
      #expect(host["PortBindings"]?.objectValue?.count ?? 0 == 0 && host["Init"] == false)
      #expect(config["User"]?.stringValue?.hasPrefix("0:") == false)
      #expect(
        Set((host["Ulimits"]?.arrayValue ?? []).compactMap { $0["Name"]?.stringValue }) == [
          "core", "msgqueue", "nofile", "fsize", "cpu",
        ])
      #expect(config["Labels"]?[DockerLeftovers.ownerLabel]?.stringValue == DockerLeftovers.owner)
      await process.terminate(graceSeconds: 0)
      await reactor.stop()
    }
  }

  @Test("Containers of a process that is gone are removed, and those of others are left alone")
  func abandoned() async throws {
    let (engine, reactor) = try engine()
    try await withBackend { backend in
      #expect(await backend.check().isUsable)
      let kept = try await backend.launch(Probe.launch("refuse-to-end")) { _ in }
      var ids: [String: String] = [:]
      // A process of this number, but not the one that runs.
      let parts = DockerLeftovers.owner.split(separator: " ")
      for (label, name) in [("\(parts[0]) 1 \(parts[2])", "gone"), ("\(parts[0]) 1 pid:[1]", "elsewhere")] {
        let container: JSONValue = [
          "Image": .string(DockerImages.base), "Cmd": ["/x"], "Labels": [DockerLeftovers.ownerLabel: .string(label)],
        ]
        let reply = try await engine.ask("POST", "/containers/create", json: container)
        ids[name] = try #require(reply.json["Id"]?.stringValue)
      }
      await DockerLeftovers.removeAbandoned(engine)
      let gone = try #require(ids["gone"])
      let elsewhere = try #require(ids["elsewhere"])
      #expect(try await engine.ask("GET", "/containers/\(gone)/json").status == 404)
      #expect(try await engine.ask("GET", "/containers/\(elsewhere)/json").status == 200)
      #expect(kill(kept.pid, 0) == 0)
      await DockerLeftovers.remove(elsewhere, engine)
      await kept.terminate(graceSeconds: 0)
    }
    await reactor.stop()
  }

  @Test("The engine's own socket is granted to nobody, nor a folder that holds it")
  func ownSocket() async throws {
    try await withBackend { backend in
      let folder = (TestContainers.socket as NSString).deletingLastPathComponent
      for change: (inout SandboxProfile) -> Void in [
        { $0.sockets = [.init(name: "x", host: TestContainers.socket)] },
        { $0.readOnly = [.init(host: TestContainers.socket, inside: "/x")] },
        { $0.readWrite = [.init(host: folder, inside: "/x")] }, { $0.readOnly = [.init(host: "/", inside: "/x")] },
      ] {
        let launch = SandboxLaunch(Probe.profile(change), arguments: ["ok"])
        await #expect { try await backend.launch(launch) { _ in } } throws: {
          ($0 as? SaraiError)?.code == .forbidden
        }
      }
    }
  }

  @Test("Where an image is asked for and missing, the error says how to make it")
  func missingImage() async throws {
    try await withBackend(images: .required) { backend in
      await #expect { try await backend.launch(Probe.launch("ok")) { _ in } } throws: {
        guard let error = $0 as? SaraiError else { return false }
        return error.code == .notAvailable && error.message.en.contains("make skill-image SKILL=probe")
      }
    }
  }

  @Test("A start that takes too long or that nobody waits for leaves no container behind")
  func abandonedStarts() async throws {
    let (engine, reactor) = try engine()
    try await withBackend { backend in
      #expect(await backend.check().isUsable)
      func containers() async throws -> Set<String> {
        let list = try await engine.ask("GET", "/containers/json?all=1").json.arrayValue
        return Set(try #require(list).compactMap { $0["Id"]?.stringValue })
      }
      let before = try await containers()
      await #expect {
        try await backend.launch(Probe.launch("ok") { $0.limits.startSeconds = 0.01 }) { _ in }
      } throws: { ($0 as? SaraiError)?.code == .timeout }
      let task = Task { try await backend.launch(Probe.launch("refuse-to-end")) { _ in } }
      task.cancel()
      await #expect { try await task.value } throws: { ($0 as? SaraiError)?.code == .cancelled }
      // The engine takes them away behind whoever gave up; those of tests before may still be going.
      while try await !containers().isSubset(of: before) { try await Task.sleep(for: .milliseconds(20)) }
    }
    await reactor.stop()
  }

  @Test("The filter refuses and allows by the same rules as bubblewrap's", arguments: SandboxProfile.Kind.allCases)
  func filter(_ kind: SandboxProfile.Kind) throws {
    for mayStart in [true, false] {
      var profile = Probe.profile { $0.kind = kind }
      profile.mayStartProcesses = mayStart
      let json = try JSONValue(parsing: SeccompProfile(rules: profile.systemCallRules).text)
      #expect(json["defaultAction"] == "SCMP_ACT_ERRNO" && json["defaultErrnoRet"] == 1)
      #expect(json["architectures"]?.arrayValue?.count == 1)
      var rules: Set<SystemCallRule> = []
      var absent: Set<String> = []
      for entry in try #require(json["syscalls"]?.arrayValue) {
        let names = (entry["names"]?.arrayValue ?? []).compactMap(\.stringValue)
        if entry["action"] == "SCMP_ACT_ERRNO" {
          #expect(entry["errnoRet"] == 38)
          absent.formUnion(names)
          continue
        }
        #expect(entry["action"] == "SCMP_ACT_ALLOW")
        let conditions = try (entry["args"]?.arrayValue ?? []).map { condition in
          #expect(condition["op"] == "SCMP_CMP_MASKED_EQ")
          return SystemCallRule.Condition(
            argument: UInt32(try #require(condition["index"]?.integerValue)), mask: try number(condition["value"]),
            value: try number(condition["valueTwo"]))
        }
        for name in names { rules.insert(SystemCallRule(call: name, conditions: conditions)) }
      }
      #expect(rules == Set(profile.systemCallRules))
      #expect(absent == Set(SystemCallLists.absent))
    }
  }

  /// 64 bits are more than JSON's readers keep; only one number has them all.
  private func number(_ value: JSONValue?) throws -> UInt64 {
    if case .number = value { return .max }
    return UInt64(try #require(value?.integerValue))
  }

  /// Written anew with SARAI_GENERATE=1.
  @Test("The filters kept for docker run are those of the program", arguments: [SandboxProfile.Kind.native, .python])
  func keptFilter(_ kind: SandboxProfile.Kind) throws {
    let file = TestParts.root.appending(path: "deploy/docker/seccomp/\(kind.rawValue).json")
    let text = SeccompProfile(rules: Probe.profile { $0.kind = kind }.systemCallRules).text
    if ProcessInfo.processInfo.environment["SARAI_GENERATE"] == "1" {
      try Data((text + "\n").utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text + "\n")
  }

  @Test("The engine applies the filter: refusals, absences and conditions")
  func applied() async throws {
    try await withBackend { backend in
      for (arguments, wanted) in [
        (["clone3"], "Function not implemented"), (["memfd"], "Function not implemented"),
        (["ptrace"], "Operation not permitted"), (["udp"], "Operation not permitted"),
        (["shared-mapping"], "Operation not permitted"), (["set-limit"], "Operation not permitted"),
      ] {
        let printed = Printed()
        let process = try await backend.launch(
          SandboxLaunch(Probe.profile(), arguments: arguments), output: printed.receive)
        #expect(await process.waitForExit().reason == .exited(code: 10))
        #expect(printed.error.contains(wanted), "\(arguments): \(printed.error)")
      }
    }
  }
}

@Suite struct EngineTextTests {
  private let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

  private func read(_ text: String, by size: Int) throws -> (body: String, reader: HTTPReader) {
    var reader = HTTPReader()
    var body: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      body += try reader.take(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    return (String(decoding: body, as: UTF8.self), reader)
  }

  @Test("An answer is read the same in whatever pieces it comes", arguments: [1, 2, 7, 4096])
  func pieces(_ size: Int) throws {
    let texts = [
      ("Content-Length: 4\r\n\r\nhola", "hola", true),
      ("Transfer-Encoding: chunked\r\n\r\n3\r\nhol\r\n1;x=y\r\na\r\n0\r\nX: y\r\n\r\n", "hola", true),
      ("\r\nhola", "hola", false), ("Content-Length: 0\r\n\r\n", "", true),
    ]
    for (text, body, isComplete) in texts {
      var result = try read(head + text, by: size)
      #expect(result.body == body && result.reader.isComplete == isComplete && result.reader.status == 200)
      let isFinished = result.reader.finish()
      #expect(isFinished)
    }
    var raw = try read("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n\u{1}abc", by: size)
    let isRawFinished = raw.reader.finish()
    #expect(raw.body == "\u{1}abc" && raw.reader.status == 101 && isRawFinished)
    var cut = try read(head + "Content-Length: 9\r\n\r\nhola", by: size)
    let isWhole = cut.reader.finish()
    #expect(!isWhole)
  }

  @Test("An answer that makes no sense is refused, and no bytes make the reader fail")
  func nonsense() throws {
    for text in [
      "SMTP 220\r\n\r\n", "HTTP/1.1 999 X\r\n\r\n", head + "Content-Length: -1\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", head + "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", head + String(repeating: "x", count: 40_000),
    ] {
      #expect(throws: HTTPReader.Fault.self, "\(text.prefix(80))") { try read(text, by: 100) }
    }
    let whole = Array((head + "Transfer-Encoding: chunked\r\n\r\n3\r\nhol\r\n1\r\na\r\n0\r\n\r\n").utf8)
    for _ in 0..<rounds(500, soak: 50_000) {
      var bytes = whole
      for _ in 0..<3 { bytes[Int.random(in: bytes.indices)] = .random(in: .min ... .max) }
      var reader = HTTPReader()
      let body = (try? reader.take(bytes)) ?? []
      #expect(body.count <= bytes.count)
    }
  }

  @Test("Frames of both outputs are taken apart the same in whatever pieces they come", arguments: [1, 3, 8, 9, 64])
  func frames(_ size: Int) {
    let bytes: [UInt8] = [
      1, 0, 0, 0, 0, 0, 0, 3, 97, 98, 99, 2, 0, 0, 0, 0, 0, 0, 1, 33, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1,
      100,
    ]
    var frames = DockerFrames()
    var output: [UInt8] = []
    var error: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      for part in frames.take(Array(rest.prefix(size))) {
        switch part {
        case .standardOutput(let bytes): output += bytes
        case .standardError(let bytes): error += bytes
        }
      }
      rest = rest.dropFirst(size)
    }
    #expect(output == Array("abcd".utf8) && error == Array("!".utf8))
  }
}
