import CSeccomp
import Foundation
import Glibc
@testable import SaraiSandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SpawnTests {
  /// Runs a program to its end and returns its standard output and its status as of wait(2).
  private func run(
    _ words: [String], cgroup: Int32 = -1, taskFiles: [Int32] = [], user: Int64 = -1
  ) throws -> (output: String, status: Int32) {
    var ends: [Int32] = [-1, -1]
    try #require(sarai_pipe_open(&ends, 0) == 0)
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    var spawned = sarai_spawned()
    let result = withCStrings(words) { arguments in
      withCStrings(["LC_ALL=C"]) { environment in
        taskFiles.withUnsafeBufferPointer { files in
          var request = sarai_spawn_request()
          request.executable = UnsafePointer(arguments[0])
          (request.arguments, request.environment) = (arguments, environment)
          (request.input, request.output, request.error, request.control) = (null, ends[1], null, null)
          (request.task_files, request.task_file_count) = (files.baseAddress, UInt32(files.count))
          (request.cgroup, request.closes_others) = (cgroup, 1)
          (request.user, request.group) = (user, user)
          return sarai_spawn(&request, &spawned)
        }
      }
    }
    close(ends[1])
    let output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    guard result == 0 else { throw Failure(error: -result) }
    let bytes = try output.readToEnd() ?? Data()
    var polled = pollfd(fd: spawned.pidfd, events: Int16(POLLIN), revents: 0)
    while poll(&polled, 1, -1) < 0 {}
    close(spawned.pidfd)
    var status: Int32 = 0
    try #require(sarai_reap(spawned.pid, &status) == 1)
    return (String(decoding: bytes, as: UTF8.self), status)
  }

  private struct Failure: Error, Equatable {
    var error: Int32
  }

  @Test("A program that cannot be run fails with the system's reason, and leaves no child")
  func failures() throws {
    #expect(throws: Failure(error: ENOENT)) { try run(["/nowhere/at/all"]) }
    #expect(throws: Failure(error: EACCES)) { try run(["/etc/passwd"]) }
    #expect(throws: Failure(error: EBADF)) { try run(["/usr/bin/true"], taskFiles: [9999]) }
    if geteuid() != 0 { #expect(throws: Failure(error: EPERM)) { try run(["/usr/bin/true"], user: 1) } }
    #expect(waitpid(-1, nil, WNOHANG) <= 0)
  }

  @Test("A program gets descriptors 0 to 3 and no signal that its parent ignores")
  func inheritance() throws {
    let before = signal(SIGUSR2, SIG_IGN)
    defer { signal(SIGUSR2, before) }
    let descriptors = try run(["/bin/sh", "-c", "ls /proc/$$/fd; exit 5"])
    #expect(descriptors.output.split(separator: "\n").prefix(4) == ["0", "1", "2", "3"])
    #expect(!descriptors.output.contains("4\n"))
    #expect(descriptors.status >> 8 == 5)
    let signals = try run(["/bin/sh", "-c", "grep SigIgn /proc/self/status"])
    #expect(signals.output.hasSuffix("0000000000000000\n"))
  }

  @Test(
    "A program is born in its control group of version 2", .enabled(if: SandboxUser.all.contains(.root), "needs root"))
  func bornInGroup() throws {
    let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
    let mount = try #require(
      mounts.split(separator: "\n").compactMap { ControlGroupMount(line: $0) }.first { $0.version == 2 })
    let folder = "\(mount.mountPoint)/sarai-\(getpid())-born"
    try #require(mkdir(folder, 0o755) == 0)
    defer { rmdir(folder) }
    let cgroup = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(cgroup) }
    let told = try run(["/usr/bin/grep", "^0:", "/proc/self/cgroup"], cgroup: cgroup)
    #expect(told.output.hasSuffix("/sarai-\(getpid())-born\n"))
    #expect(told.status == 0)
    #expect(throws: Failure(error: ENOENT)) { try run(["/nowhere/at/all"], cgroup: cgroup) }
  }

  @Test("A program can be another user's", .enabled(if: SandboxUser.all.contains(.root), "needs root"))
  func otherUser() throws {
    #expect(try run(["/usr/bin/id", "-u"], user: 65534).output == "65534\n")
    #expect(try run(["/usr/bin/id", "-G"], user: 65534).output == "65534\n")
  }
}
