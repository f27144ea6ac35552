import Glibc

/// How many processors this process may use.
enum CPUAllowance {
  /// The processors of the affinity mask; empty where the kernel does not tell.
  ///
  /// - Parameter status: the contents of `/proc/self/status`.
  static func processors(status: String) -> Set<Int> {
    // "Cpus_allowed_list:\t0-3,8"
    let key = "Cpus_allowed_list:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return [] }
    var processors: Set<Int> = []
    for range in line.dropFirst(key.count).split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let ends = range.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last, last < 65536 else { return [] }
      processors.formUnion(first...last)
    }
    return processors
  }

  /// The time quota of the control group, in processors; nil without one.
  ///
  /// Version 2 (`cpu.max`) and version 1 (`cpu.cfs_quota_us`), the least of the group and those above it; groups that
  /// a container does not see are passed over.
  /// - Parameters:
  ///   - memberships: the contents of `/proc/self/cgroup`.
  ///   - root: where the control groups are mounted.
  static func quota(memberships: String, root: String = "/sys/fs/cgroup") -> Double? {
    var quotas: [Double] = []
    for line in memberships.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isVersion2 = fields[1].isEmpty
      guard isVersion2 || fields[1].split(separator: ",").contains("cpu") else { continue }
      var group = fields[2].split(separator: "/")
      while true {
        let folder = group.reduce(isVersion2 ? root : "\(root)/\(fields[1])") { "\($0)/\($1)" }
        if let quota = isVersion2 ? version2Quota(folder) : version1Quota(folder) { quotas.append(quota) }
        if group.popLast() == nil { break }
      }
    }
    return quotas.min()
  }

  private static func version2Quota(_ folder: String) -> Double? {
    // "50000 100000" or "max 100000": microseconds in a period.
    guard let fields = readSystemFile("\(folder)/cpu.max")?.split(whereSeparator: \.isWhitespace), fields.count == 2
    else { return nil }
    return ratio(fields[0], fields[1])
  }

  private static func version1Quota(_ folder: String) -> Double? {
    guard let quota = readSystemFile("\(folder)/cpu.cfs_quota_us"),
      let period = readSystemFile("\(folder)/cpu.cfs_period_us")
    else { return nil }
    return ratio(quota.prefix { !$0.isWhitespace }, period.prefix { !$0.isWhitespace })
  }

  private static func ratio(_ quota: Substring, _ period: Substring) -> Double? {
    guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
    return quota / period
  }
}

/// A small file of /proc or /sys, or nil where it cannot be read.
func readSystemFile(_ path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  // /proc/stat has a long line about interrupts after those about processors; nothing we look for comes after 64 KiB.
  while bytes.count < 64 << 10 {
    let chunk = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    if chunk.isEmpty { break }
    bytes += chunk
  }
  return String(decoding: bytes, as: UTF8.self)
}
