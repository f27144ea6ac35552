import SaraiCore
import SaraiSandbox
import Testing

@Suite struct ProfileTests {
  private static let faults: [(String, @Sendable (inout SandboxProfile) -> Void)] = [
    ("name", { $0.name = "" }), ("name", { $0.name = "../x" }), ("name", { $0.name = "Ñandú" }),
    ("name", { $0.name = ".hidden" }), ("name", { $0.name = String(repeating: "a", count: 65) }),
    ("executable", { $0.executable = "bin/true" }), ("executable", { $0.executable = "/bin/../bin/true" }),
    ("executable", { $0.executable = "/bin//true" }), ("executable", { $0.executable = "/bin/tr\0ue" }),
    ("executable", { $0.executable = "/" + String(repeating: "a", count: 5000) }),
    ("roots", { $0.roots = ["lib"] }), ("libraries", { $0.libraries = .listed(["./lib.so"]) }),
    ("readOnly", { $0.readOnly = [.init(host: "/etc", inside: "/proc/etc")] }),
    ("readOnly", { $0.readOnly = [.init(host: "/etc", inside: "/")] }),
    ("readOnly", { $0.readOnly = [.init(host: "/etc", inside: "/run/sarai/confine")] }),
    ("readOnly", { $0.readOnly = [.init(host: "/a", inside: "/x"), .init(host: "/b", inside: "/x")] }),
    ("readWrite", { $0.readWrite = [.init(host: "/tmp")] }),
    ("readWrite", { $0.readWrite = [.init(host: "/a", inside: "/x"), .init(host: "/a/b", inside: "/y")] }),
    (
      "readWrite",
      {
        $0.readOnly = [.init(host: "/data/in", inside: "/x")]
        $0.readWrite = [.init(host: "/data", inside: "/y")]
      }
    ),
    ("readWrite", { $0.readWrite = [.init(host: "/", inside: "/y")] }),
    ("sockets", { $0.sockets = [.init(name: "a/b", host: "/run/x.sock")] }),
    ("sockets", { $0.sockets = [.init(name: "a", host: "x.sock")] }),
    ("limits.memoryBytes", { $0.limits.memoryBytes = 0 }), ("limits.tasks", { $0.limits.tasks = 0 }),
    ("limits.cpuSeconds", { $0.limits.cpuSeconds = -1 }), ("limits.cpuCores", { $0.limits.cpuCores = .nan }),
    ("limits.openFiles", { $0.limits.openFiles = 1 }),
    ("limits.temporaryBytes", { $0.limits.temporaryBytes = $0.limits.memoryBytes + 1 }),
    ("limits.outputBytes", { $0.limits.outputBytes = -5 }), ("limits.startSeconds", { $0.limits.startSeconds = 0 }),
    ("limits.callSeconds", { $0.limits.callSeconds = .infinity }), ("limits.fileBytes", { $0.limits.fileBytes = -1 }),
  ]

  @Test("A profile that no sandbox could keep is refused, and the error names the field", arguments: faults.indices)
  func refuses(_ index: Int) {
    let (subject, change) = Self.faults[index]
    var profile = SandboxProfile(name: "x", kind: .native, executable: "/usr/bin/true")
    change(&profile)
    #expect { try profile.validate() } throws: { error in
      let error = error as? SaraiError
      return error?.code == .invalidRequest && (error?.subject == subject || error?.subject == "readOnly")
    }
  }

  @Test("An ordinary profile is accepted")
  func accepts() throws {
    let profile = SandboxProfile(
      name: "sql-2.0", kind: .python, executable: "/usr/bin/python3", roots: ["/usr/lib/python3"],
      readOnly: [.init(host: "/srv/data", inside: "/data")], readWrite: [.init(host: "/srv/cache", inside: "/cache")],
      sockets: [.init(name: "model-expert", host: "/run/user/1/m.sock")], serves: true)
    try profile.validate()
  }

  @Test("The disabled backend runs nothing and says what to do")
  func disabled() async throws {
    let backend = DisabledBackend()
    #expect(await !backend.check().isUsable)
    await #expect { try await backend.launch(Probe.launch("ok")) { _ in } } throws: { error in
      guard let error = error as? SaraiError else { return false }
      return error.code == .notAvailable && error.subject == "probe"
        && error.message.en.contains("phoenix.skill_runtime") && error.message.es.contains("phoenix.skill_runtime")
    }
  }
}
