import Foundation
import Glibc
import SaraiCore
@testable import SaraiSandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct LifecycleTests {
  typealias Case = (subject: SandboxSubject, user: SandboxUser)
  static let cases = SandboxSubject.allCases.flatMap { subject in SandboxUser.all.map { (subject, $0) } }

  private func start(
    _ subject: SandboxSubject, _ user: SandboxUser, _ launch: SandboxLaunch
  ) async throws -> (process: any SandboxedProcess, printed: Printed) {
    let printed = Printed()
    return (try await subject.backend(user).launch(launch, output: printed.receive), printed)
  }

  @Test("A program gets its arguments and its environment, and what it prints comes back", arguments: cases)
  func prints(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let said = try await start(subject, user, Probe.launch("say", "¿qué tal?"))
    #expect(await said.process.waitForExit().reason == .exited(code: 0))
    #expect(said.printed.output == "¿qué tal?\n")
    #expect(said.printed.error == "aside\n")
    let told = try await start(subject, user, Probe.launch("environment", environment: ["B": "2", "A": "uno dos"]))
    #expect(await told.process.waitForExit().reason == .exited(code: 0))
    // Every container has a home.
    #expect(told.printed.output == "A=uno dos\nB=2\n" + (subject == .docker ? "HOME=/\n" : ""))
  }

  @Test("A program has standard input and output and no other descriptor", arguments: cases)
  func descriptors(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let (process, printed) = try await start(subject, user, Probe.launch("descriptors"))
    #expect(await process.waitForExit().reason == .exited(code: 0))
    #expect(printed.output == "0 1 2 \n")
  }

  @Test("The way a program ended is told exactly", arguments: cases)
  func exits(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    // The engine tells of a death by a signal as shells do, so that 137 could be either.
    for code in ["0", "1", "7", "143", "255"] + (subject == .docker ? [] : ["137"]) {
      let (process, _) = try await start(subject, user, Probe.launch("exit", code))
      #expect(await process.waitForExit().reason == .exited(code: Int32(code) ?? -1))
    }
    let (crashed, _) = try await start(subject, user, Probe.launch("crash"))
    #expect(await crashed.waitForExit().reason == .signal(SIGSEGV))
    // In a container it is the first process, which the kernel lets send itself none that it does not handle.
    for signal in subject == .docker ? [] : [SIGABRT, SIGSEGV, SIGTERM, SIGKILL] {
      let (process, _) = try await start(subject, user, Probe.launch("raise", "\(signal)"))
      #expect(await process.waitForExit().reason == .signal(signal))
    }
  }

  @Test(
    "The socket that it listens on answers the host, and its peer is the process that the backend names",
    arguments: cases)
  func serves(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let (process, printed) = try await start(
      subject, user, Probe.launch("serve", SandboxPaths.socket) { $0.serves = true })
    let path = try #require(process.socket)
    await printed.waitForLine("ready")
    let client = try UnixClient(path: path)
    #expect(try client.ask("hola") == "hola")
    #expect(client.peer == process.pid)
    client.close()
    // Another program reaches it only where it is granted.
    let granted = try await start(
      subject, user,
      Probe.launch("connect-path", SandboxPaths.grantedSocket("other")) {
        $0.sockets = [.init(name: "other", host: path)]
      })
    #expect(await granted.process.waitForExit().reason == .exited(code: 0), "\(granted.printed.error)")
    let exit = await process.terminate(graceSeconds: 5)
    #expect(exit.reason == .terminated)
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(!FileManager.default.fileExists(atPath: (path as NSString).deletingLastPathComponent))
  }

  @Test("Granted files can be read, and written only where that was granted", arguments: cases)
  func grants(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    try await withBait(subject, user) { bait in
      let change: (inout SandboxProfile) -> Void = {
        $0.readOnly = [.init(host: bait.granted, inside: "/data/in"), .init(host: bait.secret, inside: "/data/one")]
        $0.readWrite = [.init(host: bait.writable, inside: "/data/out")]
      }
      for arguments in [
        ["read-file", "/data/in/file"], ["read-file", "/data/one"], ["overwrite-file", "/data/out/file"],
        ["create-file", "/data/out/new"], ["create-file", "/tmp/new"],
      ] {
        let launch = SandboxLaunch(Probe.profile(change), arguments: arguments)
        let (process, printed) = try await start(subject, user, launch)
        #expect(await process.waitForExit().reason == .exited(code: 0), "\(arguments): \(printed.error)")
      }
      #expect(FileManager.default.fileExists(atPath: "\(bait.writable)/new"))
      #expect(try String(contentsOfFile: "\(bait.writable)/file", encoding: .utf8) == "xanary")
    }
  }

  @Test("A hidden folder is empty where it lies in what is granted", arguments: cases)
  func hides(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    try await withBait(subject, user) { bait in
      for inside in [bait.folder.path, "/data"] {
        func code(_ arguments: String..., hides: Bool) async throws -> SandboxExit.Reason {
          let profile = Probe.profile {
            $0.readOnly = [.init(host: bait.folder.path, inside: inside)]
            if hides { $0.hidden = [bait.granted] }
          }
          let (process, _) = try await start(subject, user, SandboxLaunch(profile, arguments: arguments))
          return await process.waitForExit().reason
        }
        let seen = try await code("read-file", "\(inside)/granted/file", hides: false)
        let hidden = try await code("read-file", "\(inside)/granted/file", hides: true)
        let made = try await code("create-file", "\(inside)/granted/new", hides: true)
        let beside = try await code("read-file", "\(inside)/secret", hides: true)
        #expect(seen == .exited(code: 0) && beside == .exited(code: 0))
        #expect(hidden != .exited(code: 0) && made != .exited(code: 0))
      }
      #expect(FileManager.default.fileExists(atPath: "\(bait.granted)/file"))
    }
  }

  @Test("Signals reach the program", arguments: cases)
  func signals(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let (process, printed) = try await start(subject, user, Probe.launch("wait-for-signals"))
    await printed.waitForLine("ready")
    process.signal(SIGUSR1)
    await printed.waitForLine("reloaded")
    #expect(await process.terminate(graceSeconds: 5).reason == .terminated)
    // Once it has ended, neither does anything.
    process.signal(SIGUSR1)
    #expect(await process.terminate(graceSeconds: 5).reason == .terminated)
  }

  @Test("A program that ends with its input may end in its own way; one that refuses is ended", arguments: cases)
  func terminates(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let refusing = try await start(subject, user, Probe.launch("refuse-to-end"))
    await refusing.printed.waitForLine("ready")
    #expect(await refusing.process.terminate(graceSeconds: 0.05).reason == .terminated)
    #expect(kill(refusing.process.pid, 0) == -1)
  }

  @Test("What a program leaves running ends with it", arguments: cases)
  func leavesNothing(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let (process, _) = try await start(subject, user, Probe.launch("leave-child") { $0.mayStartProcesses = true })
    #expect(await process.waitForExit().reason == .exited(code: 0))
    #expect(try processes(named: "sandbox-probe").isEmpty)
  }

  @Test("Each limit that ends a program is named", arguments: cases)
  func limits(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let flooding = try await start(subject, user, Probe.launch("print", "64"))
    #expect(await flooding.process.waitForExit().reason == .outputLimit)
    #expect(flooding.printed.bytes <= 2 << 20)
    let burning = try await start(subject, user, Probe.launch("burn") { $0.limits.cpuSeconds = 1 })
    let burnt = await burning.process.waitForExit()
    #expect(burnt.reason == .cpuLimit)
    if subject != .docker { #expect(try #require(burnt.cpuMicroseconds) > 900_000) }
    if user == .root || subject == .docker {
      let eating = try await start(subject, user, Probe.launch("memory", "96"))
      let eaten = await eating.process.waitForExit()
      #expect(eaten.reason == .memoryLimit)
      if subject != .docker { #expect(try #require(eaten.peakMemoryBytes) > 48 << 20) }
    }
    #if arch(x86_64)
      let forbidden = try await start(subject, user, Probe.launch("old-numbers"))
      #expect(await forbidden.process.waitForExit().reason == .forbiddenSystemCall)
    #endif
  }

  @Test("Closing ends everything and leaves nothing behind", arguments: cases)
  func closes(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    try await withTemporaryFolder { folder in
      let backend = try subject.ownBackend(user, runtimeFolder: folder)
      let groups = try controlGroups()
      var running: [any SandboxedProcess] = []
      for _ in 0..<4 {
        let printed = Printed()
        running.append(
          try await backend.launch(
            Probe.launch("serve", SandboxPaths.socket) { $0.serves = true }, output: printed.receive))
        await printed.waitForLine("ready")
      }
      #expect(Set(running.map(\.pid)).count == 4)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 4)
      if user == .root, subject == .bubblewrap { #expect(try controlGroups().count > groups.count) }
      await backend.close()
      for process in running {
        #expect(await process.waitForExit().reason == .terminated)
        #expect(kill(process.pid, 0) == -1)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      #expect(try controlGroups().isSubset(of: groups))
      await #expect { try await backend.launch(Probe.launch("ok")) { _ in } } throws: {
        ($0 as? SaraiError)?.code == .cancelled
      }
    }
  }

  @Test("Where its keeper is killed, the program goes with it", arguments: cases.filter { $0.0 == .bubblewrap })
  func losesItsKeeper(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let (process, printed) = try await start(subject, user, Probe.launch("refuse-to-end"))
    await printed.waitForLine("ready")
    // Its parent is sarai-confine; that one's parent is bubblewrap, this process's child.
    let keeper = try parent(of: parent(of: process.pid))
    #expect(try parent(of: keeper) == getpid())
    #expect(kill(keeper, SIGKILL) == 0)
    #expect(await process.waitForExit().reason == .vanished)
    #expect(kill(process.pid, 0) == -1)
  }

  @Test(
    "A program may keep so many processors busy and no more", arguments: cases.filter { $0.0 == .bubblewrap })
  func processors(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let before = try controlGroups()
    let (process, printed) = try await start(subject, user, Probe.launch("processors") { $0.limits.cpuCores = 1 })
    await printed.waitForLine("ready")
    let quotas = try controlGroups().subtracting(before).compactMap { folder in
      ["cpu.max", "cpu.cfs_quota_us"].lazy.compactMap {
        try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
      }.first
    }
    if user == .root {
      #expect(quotas.map { $0.split(separator: " ")[0].trimmingCharacters(in: .newlines) } == ["100000"])
    } else {
      // Without a group, the processors themselves are counted out.
      #expect(quotas.isEmpty && printed.output.hasPrefix("1\n"))
    }
    await process.terminate(graceSeconds: 5)
  }

  @Test("Many programs start and end at once", arguments: cases)
  func many(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let backend = try await subject.backend(user)
    let groups = try controlGroups()
    try await withThrowingTaskGroup { group in
      for number in 0..<24 {
        group.addTask {
          let process = try await backend.launch(Probe.launch("exit", "\(number)")) { _ in }
          return (number, await process.waitForExit())
        }
      }
      for try await (number, exit) in group { #expect(exit.reason == .exited(code: Int32(number))) }
    }
    #expect(try controlGroups().isSubset(of: groups))
  }
}

/// SARAi's control groups, wherever they are made.
func controlGroups() throws -> Set<String> {
  try Set(
    ControlGroups.find().parents.flatMap { parent in
      try FileManager.default.contentsOfDirectory(atPath: parent).filter { $0.hasPrefix("sarai-") }
        .map { "\(parent)/\($0)" }
    })
}

/// Processes of this machine that run a program, other than zombies.
func processes(named name: String) throws -> [Int32] {
  try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
    guard let words = try? stat(of: pid) else { return false }
    return words.name == name && words.rest.first != "Z"
  }
}

func parent(of pid: Int32) throws -> Int32 {
  try #require(Int32(stat(of: pid).rest[1]))
}

private func stat(of pid: Int32) throws -> (name: String, rest: [Substring]) {
  let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
  let open = try #require(text.firstIndex(of: "("))
  let close = try #require(text.lastIndex(of: ")"))
  return (String(text[text.index(after: open)..<close]), text[close...].dropFirst(2).split(separator: " "))
}

/// A client of a unix socket.
struct UnixClient {
  private let descriptor: Int32

  init(path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    try #require(connected, "\(path): \(String(cString: strerror(errno)))")
  }

  func ask(_ text: String) throws -> String {
    try #require(send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count)
    var answer: [UInt8] = []
    while answer.count < text.utf8.count {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      try #require(count > 0)
      answer += buffer.prefix(count)
    }
    return String(decoding: answer, as: UTF8.self)
  }

  /// The process at the other end, as the system tells.
  var peer: Int32 {
    // pid, uid, gid.
    var credentials: [UInt32] = [0, 0, 0]
    var size = socklen_t(12)
    getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size)
    return Int32(bitPattern: credentials[0])
  }

  func close() { Glibc.close(descriptor) }
}
