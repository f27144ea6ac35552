import Foundation
import SaraiCore
import Synchronization
import TestSupport
import Testing

@testable import SaraiModels

/// What SARAi does with an engine that misbehaves. Each engine here is a real process.
@Suite struct EngineProcessTests {
  @Test func `an engine that says it is ready runs until it is stopped`() async throws {
    try await withTemporaryFolder { folder in
      let process = try await Processes.start(#"echo '{"ready":true}'; exec sleep 1000"#, in: folder)
      #expect(Processes.isRunning(process.pid))
      #expect(process.exit == nil)
      #expect(process.failure() == nil)
      #expect(await process.stop() == .killed(signal: SIGTERM))
      #expect(!Processes.isRunning(process.pid))
      #expect(process.exit == .killed(signal: SIGTERM))
    }
  }

  @Test func `an engine that never becomes ready is stopped at the deadline`() async throws {
    try await withTemporaryFolder { folder in
      let error = try await saraiError {
        try await Processes.start(
          "echo loading >&2; exec tail -n 0 -f \(folder.path)/engine", in: folder, timeoutSeconds: 0.3)
      }
      #expect(error.code == .timeout, "\(error)")
      #expect(error.message.en.contains("stand-in"))
      #expect(error.cause?.contains("loading") == true)
      #expect(Processes.mentioning(folder).isEmpty)
    }
  }

  @Test func `an engine that ends at once is told of with its last words`() async throws {
    try await withTemporaryFolder { folder in
      let error = try await saraiError {
        try await Processes.start("echo 'no such kernel' >&2; exit 3", in: folder)
      }
      #expect(error.code == .engineFailed)
      #expect(error.message.en.contains("ended with code 3"))
      #expect(error.message.es.contains("código 3"))
      #expect(error.cause == "no such kernel")
    }
  }

  @Test func `the engine's own error reaches the user as it is`() async throws {
    try await withTemporaryFolder { folder in
      let line =
        #"{"error":{"code":"corrupt_file","message_es":"roto","message_en":"broken","subject":"m.gguf","cause":"c"}}"#
      let error = try await saraiError { try await Processes.start("echo '\(line)'; exit 65", in: folder) }
      #expect(
        error
          == SaraiError(.corruptFile, Localized(es: "roto", en: "broken"), subject: "m.gguf", cause: "c"))
    }
  }

  @Test(arguments: [
    "echo hello", "echo '{}'", "echo '[1]'", #"echo '{"ready":false}'"#, "echo",
    #"echo '{"error":{"code":"corrupt_file"}}'"#,
  ]) func `a first line that makes no sense is refused`(command: String) async throws {
    try await withTemporaryFolder { folder in
      let error = try await saraiError {
        try await Processes.start("\(command); exec tail -n 0 -f \(folder.path)/engine", in: folder)
      }
      #expect(error.code == .engineFailed)
      #expect(error.message.en.contains("makes no sense"))
      #expect(Processes.mentioning(folder).isEmpty)
    }
  }

  @Test func `an endless first line is cut off`() async throws {
    try await withTemporaryFolder { folder in
      let error = try await saraiError { try await Processes.start("exec cat /dev/zero", in: folder) }
      #expect(error.code == .engineFailed)
      #expect(error.message.en.contains("makes no sense"))
    }
  }

  @Test func `a flood of logs neither blocks the engine nor is kept`() async throws {
    try await withTemporaryFolder { folder in
      let script = """
        head -c 20000000 /dev/zero | tr '\\0' 'x' >&2; echo last words >&2
        echo '{"ready":true}'; head -c 5000000 /dev/zero; kill -9 $$
        """
      let process = try await Processes.start(script, in: folder)
      #expect(await process.waitForExit() == .killed(signal: SIGKILL))
      let failure = try #require(process.failure())
      let cause = try #require(failure.cause)
      #expect(cause.hasSuffix("last words"))
      #expect(cause.utf8.count <= 4_096)
    }
  }

  @Test func `an engine that gives itself up says why`() async throws {
    try await withTemporaryFolder { folder in
      let line = #"{"error":{"code":"timeout","message_es":"colgado","message_en":"hung"}}"#
      let process = try await Processes.start(
        #"echo '{"ready":true}'; "# + "echo '\(line)'; exit 1", in: folder)
      #expect(await process.waitForExit() == .exited(code: 1))
      #expect(process.failure() == SaraiError(.timeout, es: "colgado", en: "hung"))
    }
  }

  @Test func `an engine that ignores the polite signal is killed`() async throws {
    try await withTemporaryFolder { folder in
      let process = try await Processes.start(
        #"trap '' TERM; echo '{"ready":true}'; exec sleep 1000"#, in: folder, graceSeconds: 0.2)
      #expect(await process.stop() == .killed(signal: SIGKILL))
      #expect(!Processes.isRunning(process.pid))
    }
  }

  @Test func `an engine that closes its output and goes on is stopped all the same`() async throws {
    try await withTemporaryFolder { folder in
      let process = try await Processes.start(
        #"trap '' TERM; echo '{"ready":true}'; exec sleep 1000 >&- 2>&-"#, in: folder, graceSeconds: 0.2)
      try await eventually { !Self.openDescriptors(of: process.pid).contains("1") }
      #expect(await process.stop() == .killed(signal: SIGKILL))
      #expect(!Processes.isRunning(process.pid))
    }
  }

  @Test func `a process that outlives the engine and holds its output does not hide its end`() async throws {
    try await withTemporaryFolder { folder in
      let process = try await Processes.start(#"sleep 3 & echo '{"ready":true}'; exec sleep 1000"#, in: folder)
      kill(process.pid, SIGKILL)
      #expect(await process.waitForExit() == .killed(signal: SIGKILL))
    }
  }

  @Test func `a killed engine leaves no socket behind and the user is told why it is gone`() async throws {
    try await withTemporaryFolder { folder in
      let process = try await Processes.start(#": > "$3"; echo '{"ready":true}'; exec sleep 1000"#, in: folder)
      let socket = process.specification.socket
      #expect(FileManager.default.fileExists(atPath: socket))
      kill(process.pid, SIGKILL)
      let failure = try #require(await process.failure(within: 20))
      #expect(!FileManager.default.fileExists(atPath: socket))
      #expect(failure.code == .engineFailed)
      #expect(failure.message.en.contains("signal 9"))
      #expect(failure.message.es.contains("señal 9"))
    }
  }

  @Test func `a start that is cancelled leaves nothing behind`() async throws {
    try await withTemporaryFolder { folder in
      let mark = folder.appending(path: "started").path
      let start = Task {
        try await Processes.start(": > '\(mark)'; exec tail -n 0 -f \(folder.path)/engine", in: folder)
      }
      try await eventually { FileManager.default.fileExists(atPath: mark) }
      start.cancel()
      await #expect(throws: (any Error).self) { try await start.value }
      #expect(Processes.mentioning(folder).isEmpty)
    }
  }

  @Test func `an executable that is missing or cannot be run is named`() async throws {
    try await withTemporaryFolder { folder in
      for path in [folder.appending(path: "missing").path, "/etc/hostname"] {
        let error = try await saraiError {
          try await EngineProcess.start(
            Processes.specification(path, in: folder), launcher: DirectLauncher(), environment: [:],
            startTimeoutSeconds: 10, logger: Processes.logger)
        }
        #expect(error.code == .engineFailed)
        #expect(error.message.en.contains(path))
        #expect(error.subject == path)
      }
    }
  }

  @Test func `a child inherits three descriptors and nothing of the environment but what it is given`() async throws {
    // A descriptor that is open across exec, as a library may have left it.
    let open = dup(0)
    defer { close(open) }
    let output = OutputCollector()
    let script = "ls /proc/self/fd; env"
    let child = try await DirectLauncher().launch(
      ChildCommand(executable: "/bin/sh", arguments: ["-c", script], environment: ["ONLY": "this"])
    ) { output.receive($0) }
    #expect(await child.waitForExit() == .exited(code: 0))
    let lines = output.text.split(separator: "\n").map(String.init)
    // 3 is the folder that `ls` reads.
    #expect(lines.filter { Int($0) != nil } == ["0", "1", "2", "3"])
    #expect(lines.contains("ONLY=this"))
    #expect(!lines.contains { $0.hasPrefix("HOME=") })
  }

  @Test func `an engine's environment holds no secrets`() {
    let child = EngineSpecification.childEnvironment(from: [
      "PATH": "/bin", "LC_ALL": "C", "OMP_NUM_THREADS": "2", "OPENAI_API_KEY": "secret", "SARAI_TOKEN": "secret",
      "GGML_NO_BACKTRACE": "0",
    ])
    #expect(
      child == [
        "PATH": "/bin", "LC_ALL": "C", "OMP_NUM_THREADS": "2", "GGML_NO_BACKTRACE": "1",
        "SWIFT_BACKTRACE": "enable=no",
      ])
  }

  @Test func `an engine is told all that it needs`() {
    var specification = EngineSpecification(
      executable: "/x/sarai-engine", name: "m", modelFile: "/m.gguf", format: .e5, contextTokens: 512, socket: "/s",
      cacheFolder: "/c", sha256: "ab", isTrusted: true, threads: 3, maxQueue: 9)
    #expect(
      specification.command(environment: [:], isolated: false).arguments == [
        "serve", "--socket", "/s", "--model", "/m.gguf", "--context", "512", "--cache-dir", "/c", "--kind", "e5",
        "--threads", "3", "--max-queue", "9", "--name", "m", "--model-sha256", "ab", "--trusted",
      ])
    specification.threads = nil
    specification.sha256 = nil
    specification.isTrusted = false
    #expect(
      specification.command(environment: [:], isolated: false).arguments.suffix(6) == [
        "--threads", "auto", "--max-queue", "9", "--name", "m",
      ])
  }

  @Test(arguments: [
    (ChildExit.exited(code: 1), "code 1"), (.killed(signal: SIGABRT), "abort"), (.killed(signal: SIGSEGV), "signal 11"),
    (.killed(signal: SIGHUP), "signal 1"), (.unknown, "without saying"),
  ]) func `each way to end has its words`(exit: ChildExit, words: String) {
    #expect(exit.words.en.contains(words))
    #expect(!exit.words.es.isEmpty)
    #expect(exit.words.es != exit.words.en)
  }

  private static func openDescriptors(of pid: Int32) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
  }
}

/// Everything that a child wrote.
final class OutputCollector: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  func receive(_ output: ChildOutput) {
    switch output {
    case .standardOutput(let new), .standardError(let new): bytes.withLock { $0 += new }
    }
  }

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
