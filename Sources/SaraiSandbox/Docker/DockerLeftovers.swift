import FoundationEssentials
import Glibc
import SaraiCore

/// Containers of processes that were killed before they could take them away.
enum DockerLeftovers {
  /// Who started a container: pid, time of start, pid namespace.
  static let ownerLabel = "org.sarai.owner"

  /// This process, in a way that no later one shares.
  static let owner = "\(getpid()) \(startTime(of: getpid()) ?? "?") \(namespace)"

  /// Tells pids of this machine from those of a container that shares its engine.
  private static let namespace =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "?"

  /// Removes the containers whose owner is gone.
  static func removeAbandoned(_ engine: DockerEngine) async {
    let filter: JSONValue = ["label": [.string(ownerLabel)]]
    let query = DockerEngine.encoded(filter.description)
    guard let reply = try? await engine.ask("GET", "/containers/json?all=1&filters=\(query)"),
      let containers = reply.json.arrayValue
    else { return }
    for container in containers {
      guard let id = container["Id"]?.stringValue, isID(id),
        let owner = container["Labels"]?[ownerLabel]?.stringValue, isGone(owner)
      else { continue }
      await remove(id, engine)
    }
  }

  /// Removes a container, whatever state it is in, and waits until it is gone.
  static func remove(_ id: String, _ engine: DockerEngine) async {
    for attempt in 1...20 {
      guard let reply = try? await engine.ask("DELETE", "/containers/\(id)?force=1&v=1") else { return }
      if reply.status == 204 || reply.status == 404 { return }
      // Another removal is under way, or the engine has not seen the end yet.
      try? await Task.sleep(for: .milliseconds(10 * attempt))
    }
  }

  static func isID(_ id: String) -> Bool { (12...64).contains(id.utf8.count) && id.allSatisfy(\.isHexDigit) }

  private static func isGone(_ owner: String) -> Bool {
    let parts = owner.split(separator: " ")
    guard parts.count == 3, parts[2] == namespace, let pid = Int32(parts[0]), pid > 0 else { return false }
    return startTime(of: pid) != String(parts[1])
  }

  /// In ticks since the machine started; nil where there is no such process.
  private static func startTime(of pid: Int32) -> String? {
    guard let bytes = KernelFile.contents("/proc/\(pid)/stat") else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    // The name, in parentheses, may hold anything.
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].split(separator: " ")
    return fields.count > 20 ? String(fields[20]) : nil
  }
}
