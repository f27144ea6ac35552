import Foundation
import TestSupport

/// Other processes, as the kernel tells of them.
enum Processes {
  static func arguments(of pid: Int32) -> [String] {
    let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The fields of /proc/PID/status; none where it is gone.
  static func status(of pid: Int32) -> [String: String] {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").reduce(into: [:]) { fields, line in
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
  }

  /// One that has ended and is waited for by nobody yet has ended all the same.
  static func isRunning(_ pid: Int32) -> Bool {
    status(of: pid)["State"].map { !$0.hasPrefix("Z") } ?? false
  }

  /// Those of whose `cmdline` or `environ` this is a part.
  static func mentioning(_ text: String, in file: String) throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
      let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") ?? Data()
      return isRunning(pid) && bytes.range(of: Data(text.utf8)) != nil
    }
  }

  /// The kernel has no event for the end of a process that is no child: it is asked again and again.
  static func awaitEnd(of pid: Int32) async {
    while isRunning(pid) { try? await Task.sleep(for: .milliseconds(5)) }
  }

  static func awaitNone(mentioning text: String) async {
    while let pids = try? mentioning(text, in: "environ") + mentioning(text, in: "cmdline"), !pids.isEmpty {
      try? await Task.sleep(for: .milliseconds(20))
    }
  }
}
