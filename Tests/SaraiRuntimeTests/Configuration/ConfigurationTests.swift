import Foundation
import SaraiCore
import SaraiRuntime
import TestSupport
import Testing

@Suite struct ConfigurationTests {
  /// The faults of a configuration file with this text, or none.
  private func faults(_ text: String, environment: [String: String] = [:]) async throws -> [SaraiError] {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "sarai.yaml")
      try text.write(to: file, atomically: true, encoding: .utf8)
      do throws(ConfigurationError) {
        _ = try Configuration(.init(asked: file.path, environment: environment))
        return []
      } catch {
        return error.faults
      }
    }
  }

  @Test func `A flag wins over a variable, a variable over the file, the file over the default`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "sarai.yaml").path
      try "server:\n  port: 1111\n  host: localhost\nruntime:\n  threads: 3\n".write(
        toFile: path, atomically: true, encoding: .utf8)
      let configuration = try Configuration(
        .init(
          asked: path, environment: ["SARAI_PORT": "2222", "SARAI_SERVER_HOST": "127.0.0.2"],
          flags: [.init(key: "server.port", value: "3333", name: "--port")]))
      #expect(configuration.integer("server.port") == 3333)
      #expect(configuration.origin(of: "server.port") == .flag("--port"))
      #expect(configuration.text("server.host") == "127.0.0.2")
      #expect(configuration.origin(of: "server.host") == .environment("SARAI_SERVER_HOST"))
      #expect(configuration.integer("runtime.threads") == 3)
      #expect(configuration.origin(of: "runtime.threads") == .file(path, line: 5))
      #expect(configuration.integer("memory.model_ttl_seconds") == 300)
      #expect(configuration.origin(of: "memory.model_ttl_seconds") == .fallback)
    }
  }

  @Test func `An unknown key is refused with its line and the key that was meant`() async throws {
    let faults = try await faults("server:\n  host: localhost\n  prot: 8080\n")
    #expect(faults.count == 1)
    let message = try #require(faults.first?.message.en)
    #expect(message.contains("sarai.yaml:3: "))
    #expect(message.contains("server.prot"))
    #expect(message.contains("Did you mean server.port?"))
  }

  @Test(arguments: [
    ("server:\n  port: 70000\n", "70000"), ("server:\n  port: ocho\n", "ocho"),
    ("server:\n  port: \"8080\"\n", "8080"), ("server:\n  port: [1]\n", "a list"),
    ("server:\n  port:\n", "an empty value"), ("server:\n  port: {a: 1}\n", "a group of keys"),
    ("memory:\n  max_ram_gb: .nan\n", ".nan"), ("chat:\n  save: perhaps\n", "perhaps"),
    ("log:\n  level: loud\n", "trace, debug, info"), ("server:\n  allowed_hosts: example.org\n", "a list of at most"),
    ("runtime:\n  threads: 0\n", "auto or an integer from 1 to 256"),
  ])
  func `A value of the wrong type or range is refused, naming place, value and what is allowed`(
    text: String, named: String
  ) async throws {
    let faults = try await faults(text)
    #expect(faults.count == 1)
    let message = try #require(faults.first?.message.en)
    #expect(message.contains("sarai.yaml:2: "))
    #expect(message.contains(named))
    #expect(message.contains("allowed:"))
  }

  @Test(arguments: [
    "self_repair_ephemeral: true",
    "red_team_sandboxed: true", "federated_mode: true", "profiles_as_context: on", "attested_build: true",
  ])
  func `A feature that does not exist yet is refused by its name, never ignored`(line: String) async throws {
    let faults = try await faults("phoenix:\n  \(line)\n")
    let fault = try #require(faults.first)
    #expect(fault.code == .notAvailable)
    #expect(fault.subject == "phoenix." + line.prefix { $0 != ":" })
    #expect(fault.message.es.contains("no está disponible"))
  }

  @Test func `A feature left at its default is accepted`() async throws {
    #expect(try await faults("phoenix:\n  skill_runtime: disabled\n  federated_mode: false\n").isEmpty)
  }

  @Test func `All faults are told at once`() async throws {
    let faults = try await faults(
      "server:\n  port: x\n  hots: y\n", environment: ["SARAI_RUNTIME_THREADS": "many"])
    #expect(faults.count == 3)
    #expect(faults.contains { $0.message.en.hasPrefix("SARAI_RUNTIME_THREADS: ") })
  }

  @Test(arguments: ["server: [", "a: 1\na: 2\n", "- 1\n", "\t x: 1", "server:\n  port: 1\n  port: 2\n", "&a [*a]"])
  func `Text that is no configuration is refused with its place`(text: String) async throws {
    let faults = try await faults(text)
    #expect(faults.count >= 1)
    #expect(faults.allSatisfy { $0.message.en.contains("sarai.yaml:") })
  }

  @Test func `Deep nesting is refused and not followed`() async throws {
    #expect(try await !faults(String(repeating: "[", count: 100_000)).isEmpty)
  }

  @Test func `A missing file is an error that names it`() {
    let error = #expect(throws: ConfigurationError.self) { try Configuration(.init(asked: "/nowhere/sarai.yaml")) }
    #expect(error?.faults.first?.message.en.contains("/nowhere/sarai.yaml") == true)
  }

  @Test(arguments: ["", "# only a comment\n", "server:\n", "models:\n  draft:\n", "null\n"])
  func `A file that says nothing changes nothing`(text: String) async throws {
    #expect(try await faults(text).isEmpty)
  }

  @Test func `Variables that mean nothing are noticed, and empty ones are unset`() throws {
    let configuration = try Configuration(
      .init(asked: nil, environment: ["SARAI_PROT": "1", "SARAI_HOME": "/x", "SARAI_PORT": "", "PATH": "/bin"]))
    #expect(configuration.unknownVariables == ["SARAI_PROT"])
    #expect(configuration.integer("server.port") == 8080)
  }

  @Test func `A list is written with commas in a variable`() throws {
    let configuration = try Configuration(
      .init(asked: nil, environment: ["SARAI_SERVER_ALLOWED_HOSTS": "a.example, b.example"]))
    #expect(configuration.list("server.allowed_hosts") == ["a.example", "b.example"])
  }

  @Test func `A path is read from the folder of the file that names it, and from home after a tilde`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "sarai.yaml").path
      try "server:\n  token_file: secret/token\n".write(toFile: path, atomically: true, encoding: .utf8)
      let configuration = try Configuration(.init(asked: path))
      #expect(
        configuration.path("server.token_file", home: "/home/x", workingDirectory: "/w") == folder.path
          + "/secret/token")
      let flagged = try Configuration(
        .init(asked: path, flags: [.init(key: "server.token_file", value: "~/token", name: "--token-file")]))
      #expect(flagged.path("server.token_file", home: "/home/x", workingDirectory: "/w") == "/home/x/token")
    }
  }

  @Test func `A wrong flag is a fault of usage, a wrong file is not`() async throws {
    let flag = #expect(throws: ConfigurationError.self) {
      try Configuration(.init(asked: nil, flags: [.init(key: "server.port", value: "x", name: "--port")]))
    }
    #expect(flag?.isUsage == true)
    let variable = #expect(throws: ConfigurationError.self) {
      try Configuration(.init(asked: nil, environment: ["SARAI_PORT": "x"]))
    }
    #expect(variable?.isUsage == false)
  }
}
