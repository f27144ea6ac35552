import Foundation
import SaraiCore
import SaraiSandbox
import TestSupport
import Testing

/// `make escape` runs all of it; continuous integration runs each attempt on each backend, for a user and a kind of
/// program that a seed picks.
@Suite(.timeLimit(.minutes(30))) struct EscapeBatteryTests {
  /// What the program said where nothing got out.
  private let lastWords = Locked("")

  private struct Case: Sendable {
    var subject: SandboxSubject
    var user: SandboxUser
    var kind: SandboxProfile.Kind
  }

  private static let isWhole = ProcessInfo.processInfo.environment["SARAI_ESCAPE"] == "1"
  private static let seed = UInt64(ProcessInfo.processInfo.environment["SARAI_ESCAPE_SEED"] ?? "") ?? 1

  @Test("There are attempts in every area, under both backends")
  func areas() {
    let least: [Escape.Area: Int] = [
      .files: 10, .processes: 8, .privileges: 8, .namespaces: 6, .calls: 10, .network: 8, .inheritance: 4,
      .resources: 5,
    ]
    for subject in SandboxSubject.allCases {
      let tried = Escape.all.filter { escape in SandboxUser.all.contains { escape.layers(subject, $0) != nil } }
      #expect(tried.count >= 60)
      for area in Escape.Area.allCases {
        #expect(tried.filter { $0.area == area }.count >= least[area] ?? 1, "\(subject), \(area)")
      }
    }
  }

  @Test("Nothing gets out of a sandbox, and each attempt gets out where what holds it is off", arguments: Escape.all)
  func escape(_ escape: Escape) async throws {
    for one in Self.cases(escape) {
      guard let held = escape.layers(one.subject, one.user) else { continue }
      let all = one.subject == .bubblewrap ? one.user.layers : .all
      let start = ContinuousClock.now
      let findings = try await run(escape, one, layers: all)
      let control = try await run(escape, one, layers: all.subtracting(held))
      #expect(findings.isEmpty, "\(one)")
      #expect(!control.isEmpty, "\(one), without \(held.intersection(all).names): \(lastWords.withLock { $0 })")
      try EscapeLog.shared.write(
        [
          "attempt": .string(escape.name), "area": .string(escape.area.rawValue),
          "backend": .string(one.subject.rawValue), "user": .string(one.user.rawValue),
          "kind": .string(one.kind.rawValue), "escaped": .bool(!findings.isEmpty),
          "findings": .array(findings.map { .string($0) }), "control_escaped": .bool(!control.isEmpty),
          "control_findings": .array(control.map { .string($0) }),
          "held_by": .array(held.intersection(all).names.map { .string($0) }),
          "milliseconds": .integer(Int64(start.duration(to: .now) / .milliseconds(1))),
        ])
    }
  }

  private static func cases(_ escape: Escape) -> [Case] {
    SandboxSubject.allCases.flatMap { subject -> [Case] in
      let all = SandboxUser.all.filter { escape.layers(subject, $0) != nil }.flatMap { user in
        SandboxProfile.Kind.allCases.map { Case(subject: subject, user: user, kind: $0) }
      }
      if isWhole || all.isEmpty { return all }
      // FNV-1a of the name: the same sample for the same seed.
      let hash = escape.name.utf8.reduce(14_695_981_039_346_656_037 ^ seed) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
      return [all[Int(hash >> 8 % UInt64(all.count))]]
    }
  }

  /// What the host found, with these layers on.
  private func run(_ escape: Escape, _ one: Case, layers: SandboxLayers) async throws -> [String] {
    let scene = try await EscapeScene(one.subject, one.user, hasNeighbour: escape.needsNeighbour)
    do {
      let findings = try await findings(escape, one, layers, scene)
      await scene.close()
      return findings
    } catch {
      await scene.close()
      throw error
    }
  }

  private func findings(
    _ escape: Escape, _ one: Case, _ layers: SandboxLayers, _ scene: EscapeScene
  ) async throws -> [String] {
    let printed = Printed()
    let profile = Probe.profile {
      $0.kind = one.kind
      escape.change(&$0, scene)
    }
    let process = try await one.subject.backend(one.user, layers: layers)
      .launch(SandboxLaunch(profile, arguments: ["hold"] + escape.arguments(scene)), output: printed.receive)
    let end = Task {
      let exit = await process.waitForExit()
      printed.finish()
      return exit
    }
    var isHeld = false
    while !isHeld, let line = await printed.nextLine() { isHeld = line == "done" }
    var found: [String] = []
    if isHeld, let seen = escape.look(HeldProcess(pid: process.pid), scene, printed.output) { found.append(seen) }
    await process.terminate(graceSeconds: 0)
    if await end.value.reason == .exited(code: 99) { Issue.record("the probe does not know \(escape.name)") }
    let all = found + scene.findings(output: printed.output + printed.error)
    if all.isEmpty { lastWords.withLock { $0 = printed.error } }
    return all
  }
}

/// A line for each attempt, for `scripts/escape` to sum up.
final class EscapeLog: Sendable {
  static let shared = EscapeLog()
  private let file = Locked<FileHandle?>(nil)

  func write(_ line: JSONValue) throws {
    let bytes = Data(line.serialized() + [UInt8(ascii: "\n")])
    try file.withLock { file in
      Result {
        if file == nil { file = try Self.open() }
        try file?.write(contentsOf: bytes)
      }
    }.get()
  }

  private static func open() throws -> FileHandle {
    let folder = TestParts.root.appending(path: ".build/escape")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: "attempts.jsonl")
    try Data().write(to: path)
    return try FileHandle(forWritingTo: path)
  }
}
