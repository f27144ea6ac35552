import FoundationEssentials
package import SaraiCore

/// A benchmark that `sarai bench NAME` runs.
package protocol BenchScenario: Sendable {
  /// Names the command and the result file.
  var name: String { get }

  /// - Throws: `SaraiError` where a part is missing or does not answer; a number that misses its target is no error.
  func run(progress: BenchProgress) async throws -> BenchReport
}

/// Tells how far a run has come: a share in 0…1 and what is being done.
package struct BenchProgress: Sendable {
  private let tell: @Sendable (Double, Localized) -> Void

  package init(_ tell: @escaping @Sendable (_ share: Double, _ step: Localized) -> Void) {
    self.tell = tell
  }

  package static let silent = BenchProgress { _, _ in }

  func callAsFunction(_ share: Double, _ step: Localized) { tell(share, step) }
}

extension BenchReport {
  /// Writes `FOLDER/SCENARIO.json`, and the folder where it is missing.
  ///
  /// - Throws: `SaraiError` (`internalFault`) naming the file that could not be written.
  /// - Returns: The file's path.
  @discardableResult
  package func write(to folder: String) throws -> String {
    try Self.write(json, name: scenario, to: folder)
  }

  static func write(_ value: JSONValue, name: String, to folder: String) throws -> String {
    let path = "\(folder)/\(name).json"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(value.serialized(pretty: true) + [UInt8(ascii: "\n")]).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw SaraiError(
        .internalFault, es: "No se puede escribir \(path): comprueba los permisos y el espacio libre.",
        en: "Cannot write \(path): check its permissions and the free space.", subject: path, cause: error)
    }
    return path
  }
}
