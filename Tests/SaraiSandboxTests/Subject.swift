import Foundation
import Glibc
import SaraiCore
import SaraiSandbox
import TestSupport
import Testing

/// Who runs the sandbox. A test process of root tries both; any other can only be itself.
enum SandboxUser: String, Sendable, CaseIterable, CustomTestStringConvertible {
  case root, unprivileged

  static let all: [SandboxUser] = geteuid() == 0 ? [.root, .unprivileged] : [.unprivileged]
  /// nobody and nogroup.
  private static let nobody: UInt32 = 65534

  var testDescription: String { rawValue }

  var identity: BubblewrapBackend.Identity {
    self == .unprivileged && geteuid() == 0 ? .user(Self.nobody, group: Self.nobody) : .caller
  }

  /// An ordinary user rarely has a control group to write to: what holds without one is tried with them.
  var layers: SandboxLayers { self == .root ? .all : .all.subtracting(.controlGroups) }
}

/// A backend under test. The same tests run on each of them.
enum SandboxSubject: String, Sendable, CaseIterable, CustomTestStringConvertible {
  case bubblewrap, docker

  var testDescription: String { rawValue }

  /// With all layers that hold for the user, or with some of them.
  func backend(_ user: SandboxUser, layers: SandboxLayers? = nil) async throws -> any SandboxBackend {
    switch self {
    case .bubblewrap:
      let shared = try await Shared.bubblewrap(user)
      return BubblewrapBackend(shared, layers: layers ?? user.layers)
    case .docker:
      let shared = try await Shared.docker(user)
      return DockerBackend(shared, layers: layers ?? .all)
    }
  }

  /// One of its own, for tests that close it.
  func ownBackend(_ user: SandboxUser, runtimeFolder: URL) throws -> any SandboxBackend {
    switch self {
    case .bubblewrap: try BubblewrapBackend(Self.configuration(user, runtimeFolder: runtimeFolder.path))
    case .docker: try DockerBackend(Self.dockerConfiguration(user, runtimeFolder: runtimeFolder.path))
    }
  }

  /// Nobody's containers, and those of a user that has files of its own.
  static func dockerConfiguration(_ user: SandboxUser, runtimeFolder: String) -> DockerBackend.Configuration {
    DockerBackend.Configuration(
      socket: TestContainers.socket, confine: Tools.confine, runtimeFolder: runtimeFolder, identity: user.identity)
  }

  static func configuration(_ user: SandboxUser, runtimeFolder: String) -> BubblewrapBackend.Configuration {
    BubblewrapBackend.Configuration(
      confine: Tools.confine, runtimeFolder: runtimeFolder, identity: user.identity)
  }

  /// Each backend checks the machine once for all tests.
  private actor Shared {
    static let shared = Shared()
    private var backends: [SandboxUser: BubblewrapBackend] = [:]

    static func bubblewrap(_ user: SandboxUser) async throws -> BubblewrapBackend {
      try await shared.backend(user)
    }

    private var containers: [SandboxUser: DockerBackend] = [:]

    static func docker(_ user: SandboxUser) async throws -> DockerBackend {
      try await shared.containers(user)
    }

    private func containers(_ user: SandboxUser) throws -> DockerBackend {
      if let known = containers[user] { return known }
      let folder = "\(Tools.folder)/d-\(user)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      chmod(folder, 0o755)
      let backend = try DockerBackend(SandboxSubject.dockerConfiguration(user, runtimeFolder: folder))
      containers[user] = backend
      return backend
    }

    private func backend(_ user: SandboxUser) throws -> BubblewrapBackend {
      if let known = backends[user] { return known }
      let folder = "\(Tools.folder)/\(user)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      chmod(folder, 0o755)
      let backend = try BubblewrapBackend(SandboxSubject.configuration(user, runtimeFolder: folder))
      backends[user] = backend
      return backend
    }
  }
}

/// Programs of this package, copied to where any user can read them: a checkout may lie in someone's private folder.
enum Tools {
  static let folder: String = {
    let folder = "/var/tmp/sarai-tools-\(getpid())"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for name in ["sandbox-probe", "sarai-confine"] {
        try FileManager.default.copyItem(atPath: TestParts.executable(name).path, toPath: "\(folder)/\(name)")
      }
    } catch {
      fatalError("\(folder): \(error)")
    }
    chmod(folder, 0o755)
    atexit { try? FileManager.default.removeItem(atPath: Tools.folder) }
    return folder
  }()

  static let confine = "\(folder)/sarai-confine"
}

/// The program that tries things.
enum Probe {
  static let path = "\(Tools.folder)/sandbox-probe"

  static func profile(_ change: (inout SandboxProfile) -> Void = { _ in }) -> SandboxProfile {
    var profile = SandboxProfile(name: "probe", kind: .native, executable: path)
    profile.limits.memoryBytes = 64 << 20
    profile.limits.temporaryBytes = 8 << 20
    profile.limits.fileBytes = 16 << 20
    profile.limits.tasks = 16
    profile.limits.openFiles = 32
    change(&profile)
    return profile
  }

  static func launch(
    _ arguments: String..., environment: [String: String] = [:], change: (inout SandboxProfile) -> Void = { _ in }
  ) -> SandboxLaunch {
    SandboxLaunch(profile(change), arguments: arguments, environment: environment)
  }
}

/// What a program printed, for a test to wait on and look at.
final class Printed: Sendable {
  private let lines: AsyncStream<String>
  private let continuation: AsyncStream<String>.Continuation
  private let collected = Locked<(output: [UInt8], error: [UInt8], partial: String)>(([], [], ""))

  init() {
    (lines, continuation) = AsyncStream.makeStream()
  }

  var receive: @Sendable (SandboxOutput) -> Void {
    { output in
      self.collected.withLock { collected in
        switch output {
        case .standardError(let bytes): collected.error += bytes
        case .standardOutput(let bytes):
          collected.output += bytes
          collected.partial += String(decoding: bytes, as: UTF8.self)
          while let end = collected.partial.firstIndex(of: "\n") {
            self.continuation.yield(String(collected.partial[..<end]))
            collected.partial.removeSubrange(...end)
          }
        }
      }
    }
  }

  var output: String { collected.withLock { String(decoding: $0.output, as: UTF8.self) } }
  var error: String { collected.withLock { String(decoding: $0.error, as: UTF8.self) } }
  var bytes: Int { collected.withLock { $0.output.count + $0.error.count } }

  /// There will be no more lines.
  func finish() { continuation.finish() }

  /// The next line on standard output.
  func nextLine() async -> String? {
    for await line in lines { return line }
    return nil
  }

  /// Waits for a line on standard output; the time limit of the suite bounds it.
  func waitForLine(_ wanted: String) async {
    for await line in lines where line == wanted { return }
  }
}

/// A value behind a lock.
final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}
