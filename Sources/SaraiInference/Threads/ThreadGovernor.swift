import Glibc
import Synchronization

/// Says how many threads to decode with, following what other processes leave free.
///
/// Two decode threads on two processors, one of them busy with something else, are three times slower than one: all
/// threads wait for the slowest at every layer.
package final class ThreadGovernor: Sendable {
  static let samplingSeconds = 0.1
  /// The first answer comes sooner: shorter still, and the kernel's ticks of 10 ms would blur it.
  static let firstSampleSeconds = 0.05

  private struct State {
    var policy: ThreadPolicy
    var nextSample: Double
  }

  private let fixed: Int?
  private let maximum: Int
  private let read: @Sendable () -> CPUReading?
  private let clock: @Sendable () -> Double
  private let state: Mutex<State>

  /// Takes a first reading, so that the first answer already knows the load since then.
  ///
  /// - Parameters:
  ///   - maximum: never more threads than this.
  ///   - fixed: always this many; nil follows the load.
  package convenience init(maximum: Int, fixed: Int?) {
    let processors = readSystemFile("/proc/self/status").map { CPUAllowance.processors(status: $0) } ?? []
    let reader = CPUReader(processors: processors)
    let online = processors.isEmpty ? sysconf(Int32(_SC_NPROCESSORS_ONLN)) : processors.count
    let quota = readSystemFile("/proc/self/cgroup").flatMap { CPUAllowance.quota(memberships: $0) }
    self.init(
      maximum: Self.allowed(maximum: maximum, processors: online, quota: quota),
      spare: max(0, Self.allowed(maximum: .max, processors: online, quota: quota) - maximum), fixed: fixed,
      read: reader.read,
      clock: { CPUReader.seconds(of: CLOCK_MONOTONIC) })
  }

  init(
    maximum: Int, spare: Int = 0, fixed: Int?, read: @escaping @Sendable () -> CPUReading?,
    clock: @escaping @Sendable () -> Double
  ) {
    self.fixed = fixed.map { max(1, $0) }
    self.maximum = maximum
    self.read = read
    self.clock = clock
    var policy = ThreadPolicy(allowed: maximum, spare: spare)
    if fixed == nil, let reading = read() { policy.update(reading) }
    state = Mutex(State(policy: policy, nextSample: clock() + Self.firstSampleSeconds))
  }

  /// How many this process may use.
  package static var processors: Int {
    let own = readSystemFile("/proc/self/status").map { CPUAllowance.processors(status: $0) } ?? []
    let online = own.isEmpty ? sysconf(Int32(_SC_NPROCESSORS_ONLN)) : own.count
    let quota = readSystemFile("/proc/self/cgroup").flatMap { CPUAllowance.quota(memberships: $0) }
    return allowed(maximum: .max, processors: online, quota: quota)
  }

  /// A quota of less than whole processors is rounded down: a thread that is throttled holds up the others.
  static func allowed(maximum: Int, processors: Int, quota: Double?) -> Int {
    let byQuota = quota.map { Int(min($0, 65536)) } ?? processors
    return max(1, min(maximum, processors, byQuota))
  }

  /// Every count that may be asked for, the largest first.
  package var counts: [Int] { fixed.map { [$0] } ?? Array((1...max(1, maximum)).reversed()) }

  /// The count for now. Cheap enough to ask before every token: it measures every 100 ms at most.
  package func current() -> Int {
    if let fixed { return fixed }
    return state.withLock { state in
      let now = clock()
      if now >= state.nextSample {
        state.nextSample = now + Self.samplingSeconds
        if let reading = read() { state.policy.update(reading) }
      }
      return state.policy.threads
    }
  }
}
