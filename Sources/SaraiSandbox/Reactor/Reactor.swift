import CSeccomp
import Glibc
import SaraiCore
import Synchronization

/// One thread that starts the processes of all sandboxes, reads what they print, and sees them end.
///
/// It has to be one thread that lives long: the kernel ends a child that asked to die with its parent when the *thread*
/// that started it ends. It ends, with everything that it started, when it is told to stop.
final class Reactor: Sendable {
  private let inbox: Mutex<[@Sendable (ReactorLoop) -> Void]?>
  private let waker: Int32
  private let ended = OneShot<Void>()

  /// - Throws: `insufficientResources` where the system has no descriptor or thread left.
  init(name: String) throws(SaraiError) {
    let waker = sarai_waker_open()
    guard waker >= 0 else { throw Self.exhausted(-waker) }
    let poller = sarai_poller_open()
    guard poller >= 0 else {
      close(waker)
      throw Self.exhausted(-poller)
    }
    self.waker = waker
    inbox = Mutex([])
    let start = Start(reactor: self, poller: poller, name: name)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    var thread = pthread_t()
    let retained = Unmanaged.passRetained(start)
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        sarai_thread_name(start.name)
        ReactorLoop(poller: start.poller, waker: start.reactor.waker).run(for: start.reactor)
        return nil
      }, retained.toOpaque())
    guard status == 0 else {
      retained.release()
      close(poller)
      close(waker)
      throw Self.exhausted(status)
    }
  }

  deinit { close(waker) }

  /// Runs `body` on the thread, soon; false where the thread is ending, and then `body` is never run.
  func submit(_ body: @escaping @Sendable (ReactorLoop) -> Void) -> Bool {
    let accepted = inbox.withLock { inbox in
      inbox?.append(body)
      return inbox != nil
    }
    if accepted { sarai_waker_wake(waker) }
    return accepted
  }

  /// Ends the thread. Whatever it watched has to have ended before.
  func stop() async {
    if submit({ $0.stop() }) {
      await ended.wait()
    }
  }

  fileprivate func takeWork() -> [@Sendable (ReactorLoop) -> Void] {
    inbox.withLock { inbox in
      defer { if inbox != nil { inbox = [] } }
      return inbox ?? []
    }
  }

  fileprivate func finish() {
    inbox.withLock { $0 = nil }
    ended.set(())
  }

  private static func exhausted(_ error: Int32) -> SaraiError {
    SaraiError(
      .insufficientResources,
      Localized(
        es: "El sistema no da más descriptores o hilos: cierra programas o sube los límites (ulimit -n, ulimit -u).",
        en: "The system gives no more descriptors or threads: close programs or raise the limits (ulimit -n, "
          + "ulimit -u)."
      ), cause: systemMessage(error))
  }

  private final class Start: Sendable {
    let reactor: Reactor
    let poller: Int32
    let name: String

    init(reactor: Reactor, poller: Int32, name: String) {
      self.reactor = reactor
      self.poller = poller
      self.name = name
    }
  }
}

/// What happens on the reactor's thread, and only there.
final class ReactorLoop {
  /// Tells a watch or timer apart from all others of this loop.
  typealias Token = UInt64

  private let poller: Int32
  private let waker: Int32
  private var watches: [Token: (descriptor: Int32, body: () -> Void)] = [:]
  private var timers: [Token: (deadline: ContinuousClock.Instant, body: () -> Void)] = [:]
  private var lastToken: Token = 0
  private var isRunning = true

  fileprivate init(poller: Int32, waker: Int32) {
    self.poller = poller
    self.waker = waker
  }

  /// Calls `body` whenever the descriptor can be read or has come to its end.
  func watch(_ descriptor: Int32, _ body: @escaping () -> Void) -> Token {
    lastToken += 1
    watches[lastToken] = (descriptor, body)
    let result = sarai_poller_add(poller, descriptor, lastToken)
    precondition(result == 0, "epoll_ctl: \(systemMessage(-result))")
    return lastToken
  }

  func unwatch(_ token: Token) {
    guard let watch = watches.removeValue(forKey: token) else { return }
    sarai_poller_remove(poller, watch.descriptor)
  }

  /// Calls `body` once, after so many seconds.
  func after(seconds: Double, _ body: @escaping () -> Void) -> Token {
    lastToken += 1
    timers[lastToken] = (.now + .seconds(seconds), body)
    return lastToken
  }

  func cancel(_ timer: Token) {
    timers[timer] = nil
  }

  fileprivate func stop() { isRunning = false }

  fileprivate func run(for reactor: Reactor) {
    let wakerToken = watch(waker) { [waker] in sarai_waker_clear(waker) }
    var tokens = [UInt64](repeating: 0, count: 64)
    while isRunning {
      let count = sarai_poller_wait(poller, &tokens, UInt32(tokens.count), waitMilliseconds())
      precondition(count >= 0, "epoll_wait: \(systemMessage(-count))")
      // A watch may have been taken away by the one before it.
      for token in tokens.prefix(Int(count)) { watches[token]?.body() }
      for body in reactor.takeWork() { body(self) }
      for (token, timer) in timers where timer.deadline <= .now {
        timers[token] = nil
        timer.body()
      }
    }
    unwatch(wakerToken)
    reactor.finish()
    close(poller)
  }

  private func waitMilliseconds() -> Int32 {
    guard let next = timers.values.map(\.deadline).min() else { return -1 }
    let wait = ContinuousClock.now.duration(to: next)
    return Int32(
      clamping: max(0, wait.components.seconds * 1000 + wait.components.attoseconds / 1_000_000_000_000_000 + 1))
  }
}
