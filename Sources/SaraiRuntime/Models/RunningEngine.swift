import FoundationEssentials
import Glibc
package import SaraiCore
import SaraiModels

/// An engine process of a running server, as the kernel knows it: no question to the server can slow it down.
package struct RunningEngine: Sendable, Hashable {
  package let pid: Int32
  package let model: String
  package let contextTokens: Int?
  /// Proportional set size: shared pages count in parts.
  package let memoryBytes: Int64?
  package let uptimeSeconds: Double

  package var json: JSONValue {
    [
      "model": .string(model), "pid": .integer(Int64(pid)),
      "context_tokens": contextTokens.map { .integer(Int64($0)) } ?? .null,
      "memory_bytes": memoryBytes.map(JSONValue.integer) ?? .null, "uptime_seconds": .number(uptimeSeconds),
    ]
  }

  package static func children(of server: Int32) -> [RunningEngine] {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.compactMap { Int32($0) }.sorted().compactMap { engine($0, parent: server) }
  }

  private static func engine(_ pid: Int32, parent: Int32) -> RunningEngine? {
    // The second field, the name in parentheses, may hold anything; the parent is the second one after it.
    guard let stat = text("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[end...].split(separator: " ")
    guard fields.count > 20, Int32(fields[2]) == parent, let startTicks = Double(fields[20]),
      let command = text("/proc/\(pid)/cmdline")
    else { return nil }
    let arguments = command.split(separator: "\0").map(String.init)
    func value(_ name: String) -> String? {
      guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
      return arguments[index + 1]
    }
    guard let model = value("--name"), arguments.contains("serve") else { return nil }
    let uptime = text("/proc/uptime").flatMap { $0.split(separator: " ").first }.flatMap { Double($0) } ?? 0
    return RunningEngine(
      pid: pid, model: model, contextTokens: value("--context").flatMap { Int($0) },
      memoryBytes: proportionalBytes(pid),
      uptimeSeconds: max(0, uptime - startTicks / Double(sysconf(Int32(_SC_CLK_TCK)))))
  }

  private static func proportionalBytes(_ pid: Int32) -> Int64? {
    guard let rollup = text("/proc/\(pid)/smaps_rollup"),
      let line = rollup.split(separator: "\n").first(where: { $0.hasPrefix("Pss:") })
    else { return nil }
    return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 << 10 }
  }

  private static func text(_ path: String) -> String? {
    guard let bytes = try? PrivateFile.read(path, maxBytes: 1 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
