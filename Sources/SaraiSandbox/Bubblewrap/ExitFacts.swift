import Glibc

/// What is known of a program's end, from which the reason is told.
struct ExitFacts {
  /// As of wait(2).
  var status: Int32?
  var cpuMicroseconds: Int?
  var peakMemoryBytes: Int?
  var exceededOutput = false
  var wasTerminated = false
  var outOfMemoryKills = 0
  var cpuLimitSeconds: Int?

  var exit: SandboxExit {
    SandboxExit(reason, cpuMicroseconds: cpuMicroseconds, peakMemoryBytes: peakMemoryBytes)
  }

  private var reason: SandboxExit.Reason {
    if exceededOutput { return .outputLimit }
    guard let status else {
      if outOfMemoryKills > 0 { return .memoryLimit }
      return wasTerminated ? .terminated : .vanished
    }
    let signal = status & 0x7f
    if signal == 0 { return .exited(code: (status >> 8) & 0xff) }
    if signal == SIGSYS { return .forbiddenSystemCall }
    if signal == SIGKILL, outOfMemoryKills > 0 { return .memoryLimit }
    if let cpuLimitSeconds, let cpuMicroseconds {
      // The limit counts whole ticks, of which a busy machine gives parts; what is told afterwards is exact.
      let share = signal == SIGXCPU ? 0.5 : signal == SIGKILL ? 0.95 : .infinity
      if Double(cpuMicroseconds) >= Double(cpuLimitSeconds) * 1e6 * share { return .cpuLimit }
    }
    if wasTerminated, signal == SIGTERM || signal == SIGKILL { return .terminated }
    return .signal(signal)
  }
}
