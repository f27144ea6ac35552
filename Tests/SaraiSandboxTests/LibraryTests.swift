import Foundation
import SaraiCore
@testable import SaraiSandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct LibraryTests {
  /// What the system's own loader says that a program needs.
  private func loaderSays(_ path: String) throws -> Set<String> {
    let loader = Process()
    loader.executableURL = URL(filePath: try #require(ELFFile(path: path).interpreter))
    loader.arguments = ["--list", path]
    let pipe = Pipe()
    loader.standardOutput = pipe
    try loader.run()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    loader.waitUntilExit()
    return Set(
      text.split(separator: "\n").compactMap { line in
        line.split(separator: " ").first { $0.hasPrefix("/") || $0.hasPrefix("\t/") }
          .map { URL(filePath: $0.trimmingPrefix("\t").description).resolvingSymlinksInPath().path }
      })
  }

  @Test(
    "The libraries found for a program are those that the loader finds",
    arguments: ["/usr/bin/env", "/bin/bash", "/usr/bin/python3", "/usr/bin/git", "/usr/bin/apt-get"])
  func closure(_ path: String) throws {
    var closure = LibraryClosure()
    try closure.add(path)
    let found = Set(closure.result.libraries.union(closure.result.interpreters).map { realPath($0) ?? $0 })
    #expect(found == (try loaderSays(path)))
    #expect(closure.result.missing.isEmpty)
  }

  @Test("A static program needs nothing")
  func staticProgram() throws {
    var closure = LibraryClosure()
    try closure.add(Probe.path)
    #expect(closure.result == LibraryClosure.Result())
  }

  @Test("No byte of a program's tables, whatever it is, makes the reader fail or read without end")
  func damaged() throws {
    let original = [UInt8](try Data(contentsOf: URL(filePath: "/usr/bin/env")).prefix(4096))
    let file = URL(filePath: "/tmp/sarai-elf-\(UInt32.random(in: .min ... .max))")
    defer { try? FileManager.default.removeItem(at: file) }
    var generator = SystemRandomNumberGenerator()
    var outcomes: Set<String> = []
    for round in 0..<rounds(200, soak: 20_000) {
      var bytes = original
      // Header and program headers are where a reader can be led astray.
      for _ in 0..<(round % 4 + 1) { bytes[Int.random(in: 0..<600, using: &generator)] = .random(in: .min ... .max) }
      try Data(bytes.prefix(round % 5 == 0 ? Int.random(in: 0..<600) : bytes.count)).write(to: file)
      do {
        _ = try ELFFile(path: file.path)
        outcomes.insert("read")
      } catch {
        outcomes.insert("\(error)")
      }
    }
    // The file is cut before its dynamic table, so hardly any round reads it all.
    #expect(outcomes.contains("damaged") && outcomes.isSubset(of: ["read", "damaged", "notELF"]))
  }

  @Test("Compiled programs of the system run with the libraries that were found", arguments: LifecycleTests.cases)
  func dynamicProgram(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let printed = Printed()
    let profile = SandboxProfile(name: "env", kind: .native, executable: "/usr/bin/env")
    let process = try await subject.backend(user)
      .launch(SandboxLaunch(profile, environment: ["SOLA": "sí"]), output: printed.receive)
    #expect(await process.waitForExit().reason == .exited(code: 0), "\(printed.error)")
    #expect(printed.output == "SOLA=sí\n" + (subject == .docker ? "HOME=/\n" : ""))
  }

  @Test("Python runs with its standard library, extension modules included", arguments: LifecycleTests.cases)
  func python(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let runtime = try PythonRuntime(interpreter: "/usr/bin/python3")
    var profile = SandboxProfile(
      name: "python", kind: .python, executable: runtime.interpreter, roots: runtime.roots)
    profile.serves = true
    let script = """
      import asyncio, ctypes, decimal, hashlib, json, os, select, socket, sqlite3, ssl, sys, threading, zlib
      server = socket.socket(socket.AF_UNIX); server.bind("\(SandboxPaths.socket)"); server.listen()
      done = []
      thread = threading.Thread(target=lambda: done.append(sqlite3.connect("/tmp/x.db").execute("select 6*7").fetchone()[0]))
      thread.start(); thread.join()
      async def later(): await asyncio.sleep(0.01); return done[0]
      print(asyncio.run(later()), hashlib.sha256(b"x").hexdigest()[:8], os.getuid())
      try: os.fork()
      except PermissionError: print("no fork")
      """
    let printed = Printed()
    let process = try await subject.backend(user)
      .launch(SandboxLaunch(profile, arguments: ["-I", "-c", script]), output: printed.receive)
    #expect(await process.waitForExit().reason == .exited(code: 0), "\(printed.error)")
    // bubblewrap gives it a number of its own; a container has the user that it belongs to.
    let number = subject == .bubblewrap ? 1000 : DockerBackend.user(user.identity).user
    #expect(printed.output == "42 2d711642 \(number)\nno fork\n")
  }
}
