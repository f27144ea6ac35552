import Glibc
import SaraiCore
import Synchronization

/// The threads that skills' own code runs on, apart from those that serve calls: a skill may compute or block as long
/// as it likes, and health, deadlines and cancellation still answer at once.
///
/// A thread starts when there is work and none is free, and stays.
package final class SkillThreads: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var idle = 0
    var threads = 0
  }

  private static let stackBytes = 2 << 20

  private let state = Mutex(State())
  private let maximum: Int
  /// Counts the jobs that wait; a POSIX semaphore may be used from any thread. Never freed, as the threads never end.
  private let available: Semaphore

  private struct Semaphore: @unchecked Sendable {
    let pointer = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  }

  package init(maximum: Int) {
    self.maximum = maximum
    available = Semaphore()
    sem_init(available.pointer, 0, 0)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let startsThread = state.withLock { state in
      state.jobs.append(job)
      guard state.jobs.count > state.idle, state.threads < maximum else { return false }
      state.threads += 1
      return true
    }
    if startsThread, !DetachedThread.tryStart(stackBytes: Self.stackBytes, { self.work() }) {
      // A limit on processes counts threads: those that there are do the work. Without any there is nothing to be done.
      let threads = state.withLock { state in
        state.threads -= 1
        return state.threads
      }
      precondition(threads > 0, "pthread_create: \(String(cString: strerror(errno)))")
    }
    sem_post(available.pointer)
  }

  private func work() {
    while true {
      state.withLock { $0.idle += 1 }
      while sem_wait(available.pointer) != 0 {}
      let job = state.withLock { state in
        state.idle -= 1
        return state.jobs.removeFirst()
      }
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
