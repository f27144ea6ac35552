import SaraiCore

/// What an engine takes of the machine's memory, in bytes.
package struct MemoryFootprint: Sendable, Hashable {
  /// Pages of the model file: engines of one file share them.
  package var weightBytes: Int
  /// What is the engine's alone: context, working buffers, repacked weights, the process itself.
  package var privateBytes: Int

  package var totalBytes: Int { weightBytes + privateBytes }

  package init(weightBytes: Int, privateBytes: Int) {
    self.weightBytes = weightBytes
    self.privateBytes = privateBytes
  }

  /// An estimate from what is known before the file is loaded.
  ///
  /// A token of context takes 2 · layers · width of keys · 2 bytes. Over model families that grows about as the square
  /// root of the number of weights: 23 KB for 135 M weights, 33 KB for 1.2 B, 147 KB for 4 B, 131 KB for 8 B. The
  /// factor below is the upper end of those.
  package static func estimate(
    fileBytes: Int, parameterCount: Int64?, contextTokens: Int, isRepacked: Bool, generates: Bool
  ) -> MemoryFootprint {
    let processBytes = 48 << 20
    guard generates else { return MemoryFootprint(weightBytes: fileBytes, privateBytes: processBytes) }
    // Where nobody says how many weights there are, about half a byte each is what quantised files have.
    let parameters = parameterCount.map(Double.init) ?? Double(fileBytes) * 1.8
    let bytesPerToken = 2.4 * parameters.squareRoot()
    let repackedBytes = isRepacked ? Double(fileBytes) * 0.65 : 0
    return MemoryFootprint(
      weightBytes: fileBytes, privateBytes: processBytes + Int(bytesPerToken * Double(contextTokens) + repackedBytes))
  }
}

/// The memory that this machine, or the container around SARAi, can still give.
package enum MachineMemory {
  /// Bytes that can be had without swapping; nil where the system does not say.
  package static func availableBytes() -> Int? {
    let machine = kilobytes("MemAvailable", in: try? FileSystem.text(of: "/proc/meminfo")).map { $0 * 1_024 }
    return [machine, containerBytes()].compactMap { $0 }.min()
  }

  /// All of the machine's memory; nil where the system does not say.
  package static func totalBytes() -> Int? {
    kilobytes("MemTotal", in: try? FileSystem.text(of: "/proc/meminfo")).map { $0 * 1_024 }
  }

  /// The container's limit less what it uses and cannot give back, for control groups of version 2 and of version 1.
  private static func containerBytes() -> Int? {
    let root = "/sys/fs/cgroup"
    if let limit = number(root + "/memory.max"), let used = number(root + "/memory.current") {
      return max(0, limit - used + (statistic("inactive_file", in: root + "/memory.stat") ?? 0))
    }
    if let limit = number(root + "/memory/memory.limit_in_bytes"), limit < 1 << 60,
      let used = number(root + "/memory/memory.usage_in_bytes")
    {
      return max(0, limit - used + (statistic("total_inactive_file", in: root + "/memory/memory.stat") ?? 0))
    }
    return nil
  }

  private static func number(_ path: String) -> Int? {
    (try? FileSystem.text(of: path)).flatMap { Int($0.filter { !$0.isWhitespace }) }
  }

  private static func statistic(_ name: String, in path: String) -> Int? {
    (try? FileSystem.text(of: path))?.split(separator: "\n").first { $0.hasPrefix(name + " ") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
  }

  static func kilobytes(_ name: String, in text: String?) -> Int? {
    text?.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      .flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }
  }
}

/// The memory of a running process.
package enum ProcessMemory {
  /// Proportional set size: shared pages count by their share. Nil for a process that is gone or not ours.
  package static func proportionalBytes(pid: Int32) -> Int? {
    bytes("Pss", pid)
  }

  /// The part of it that no file backs.
  static func anonymousBytes(pid: Int32) -> Int? { bytes("Pss_Anon", pid) }

  private static func bytes(_ name: String, _ pid: Int32) -> Int? {
    MachineMemory.kilobytes(name, in: try? FileSystem.text(of: "/proc/\(pid)/smaps_rollup")).map { $0 * 1_024 }
  }
}
