import FoundationEssentials

/// When files were changed.
enum FileAges {
  /// - Parameter seconds: Since 1970.
  static func set(_ path: String, _ seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: path)
  }

  /// Makes all files below a folder so much older.
  static func age(_ folder: String, bySeconds seconds: Double) {
    let files = FileManager.default
    for name in (try? files.subpathsOfDirectory(atPath: folder)) ?? [] {
      let path = folder + "/" + name
      guard let attributes = try? files.attributesOfItem(atPath: path),
        attributes[.type] as? FileAttributeType == .typeRegular,
        let changed = attributes[.modificationDate] as? Date
      else { continue }
      // A file that has gone meanwhile needs no age.
      try? set(path, changed.timeIntervalSince1970 - seconds)
    }
  }
}
