import Glibc
import Synchronization

/// A value that a task gives and a thread waits for, no longer than it wants to.
final class AwaitedValue<Value: Sendable>: @unchecked Sendable {
  private let value = Mutex<Value?>(nil)
  /// POSIX semaphores may be used from any thread.
  private let isThere = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(isThere, 0, 0) }

  deinit {
    sem_destroy(isThere)
    isThere.deallocate()
  }

  func set(_ new: Value) {
    value.withLock { $0 = new }
    sem_post(isThere)
  }

  var current: Value? { value.withLock { $0 } }

  /// Blocks the thread until the value is there, at the longest until the deadline.
  func wait(until deadline: ContinuousClock.Instant) -> Value? {
    let left = max(0, (deadline - .now).seconds)
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let nanoseconds = Int(time.tv_nsec) + Int(left.truncatingRemainder(dividingBy: 1) * 1e9)
    time.tv_sec += Int(left) + nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    while sem_timedwait(isThere, &time) != 0, errno == EINTR {}
    return current
  }
}
