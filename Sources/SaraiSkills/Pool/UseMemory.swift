import Glibc
import SaraiCore

/// Remembers over restarts when each skill was last used, in a small file.
struct UseMemory {
  private var lastUsed: [String: Int64] = [:]
  private var isChanged = false
  private var lastSaved = ContinuousClock.now
  private let file: String?

  private static let mostSkills = 256
  private static let saveSeconds = 10.0

  /// Reads the file; one that is damaged is as good as none.
  init(file: String?) {
    self.file = file
    guard let file, let text = ProcessFacts.read(file), let value = try? JSONValue(parsing: text),
      case .object(let object) = value, case .object(let skills)? = object["last_used_unix_seconds"]
    else { return }
    for member in skills.members.prefix(Self.mostSkills) {
      if case .integer(let seconds) = member.value { lastUsed[member.key] = seconds }
    }
  }

  mutating func note(_ name: String) {
    let now = Int64(time(nil))
    guard lastUsed[name] != now else { return }
    lastUsed[name] = now
    isChanged = true
    guard lastUsed.count > Self.mostSkills, let oldest = lastUsed.min(by: { $0.value < $1.value }) else { return }
    lastUsed[oldest.key] = nil
  }

  /// Those used within so many seconds, the latest first.
  func used(withinSeconds seconds: Double) -> [String] {
    let now = Double(time(nil))
    return lastUsed.filter { now - Double($0.value) <= seconds }.sorted { $0.value > $1.value }.map(\.key)
  }

  /// Writes the file where something has changed, and not too often. What cannot be written is not remembered.
  mutating func save(force: Bool = false) {
    guard let file, isChanged, force || lastSaved.secondsAgo > Self.saveSeconds else { return }
    isChanged = false
    lastSaved = .now
    var skills = JSONObject()
    for (name, seconds) in lastUsed.sorted(by: { $0.key < $1.key }) { skills[name] = .integer(seconds) }
    let bytes = (["last_used_unix_seconds": .object(skills)] as JSONValue).serialized() + [UInt8(ascii: "\n")]
    let temporary = "\(file).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    if written != bytes.count || rename(temporary, file) != 0 { unlink(temporary) }
  }
}
