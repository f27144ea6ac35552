import FoundationEssentials
import Glibc
package import SaraiCore

/// What `sarai tune` found out, in `tuning.json` of the state folder: for each model file (by its SHA-256) and each
/// processor. A file that is damaged, forged, too long or of another version is as good as none.
package struct TuningStore: Sendable {
  struct Record: Codable, Hashable, Sendable {
    var sha256: String
    var processor: String
    var tuning: ModelTuning
    /// Seconds since 1970.
    var tunedAt: Int

    var isSound: Bool { SHA256Digest.isHex(sha256) && SHA256Digest.isHex(processor) && tuning.isSound }
  }

  private struct Document: Codable {
    var version = 1
    var tunings: [Record] = []
  }

  private let path: String
  private let processor: @Sendable () -> String?
  private static let limitBytes = 256 << 10
  private static let maximumRecords = 200

  /// - Parameter processor: What tells this machine's processor from others; nil where nobody knows.
  init(stateFolder: String, processor: @escaping @Sendable () -> String? = ProcessorIdentity.current) {
    path = stateFolder + "/tuning.json"
    self.processor = processor
  }

  /// What is known for the file with that hash on this machine's processor.
  package func tuning(sha256: String) -> ModelTuning? {
    guard let processor = processor() else { return nil }
    return load().first { $0.sha256 == sha256 && $0.processor == processor }?.tuning
  }

  /// Notes a tuning in place of an earlier one.
  ///
  /// - Throws: `forbidden`, `insufficientResources` where the file can't be written; `notAvailable` where the system does
  ///   not tell its processor.
  package func remember(_ tuning: ModelTuning, sha256: String) throws(SaraiError) {
    guard let processor = processor() else {
      throw SaraiError(
        .notAvailable, es: "El sistema no dice qué procesador tiene (/proc/cpuinfo), y el ajuste no valdría para otro.",
        en: "The system does not tell its processor (/proc/cpuinfo), and settings do not hold for another one.",
        subject: "/proc/cpuinfo")
    }
    let record = Record(sha256: sha256, processor: processor, tuning: tuning, tunedAt: Int(time(nil)))
    guard record.isSound else {
      throw SaraiError(
        .internalFault, es: "El ajuste medido no tiene sentido y no se guarda.",
        en: "The settings that were measured make no sense and are not kept.", subject: path)
    }
    try FileSystem.createFolder(FileSystem.parent(of: path))
    let lock = try FileLock.acquire(path + ".lock")
    defer { withExtendedLifetime(lock) {} }
    var records = load().filter { $0.sha256 != sha256 || $0.processor != processor }
    records.insert(record, at: 0)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    guard let data = try? encoder.encode(Document(tunings: Array(records.prefix(Self.maximumRecords)))) else { return }
    try FileSystem.write(Array(data), to: path)
  }

  /// Those that make sense, newest first.
  private func load() -> [Record] {
    guard let bytes = try? FileSystem.contents(of: path, limitBytes: Self.limitBytes),
      let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)), document.version == 1
    else { return [] }
    return document.tunings.prefix(Self.maximumRecords).filter(\.isSound)
  }
}
