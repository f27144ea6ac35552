/// Takes a container's two outputs apart: the engine sends frames of eight bytes (whose first tells the output and whose
/// last four the length) and then so many bytes.
struct DockerFrames {
  private var header: [UInt8] = []
  private var left = 0
  private var isError = false

  /// The parts of outputs in what came.
  mutating func take(_ bytes: [UInt8]) -> [SandboxOutput] {
    var parts: [SandboxOutput] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      if left == 0 {
        let missing = rest.prefix(8 - header.count)
        header += missing
        rest = rest.dropFirst(missing.count)
        guard header.count == 8 else { break }
        isError = header[0] == 2
        left = header[4...].reduce(0) { $0 << 8 | Int($1) }
        header = []
      } else {
        let part = Array(rest.prefix(left))
        rest = rest.dropFirst(part.count)
        left -= part.count
        parts.append(isError ? .standardError(part) : .standardOutput(part))
      }
    }
    return parts
  }
}
