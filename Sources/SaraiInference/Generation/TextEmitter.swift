/// Turns tokens' bytes into the text that is sent: whole characters, nothing of a stop string, and not more often than
/// the reader can use.
///
/// Each message wakes three threads on its way; at two hundred tokens a second that costs more than a tenth of the
/// decode speed on two cores. So the first text goes at once and later ones wait until 20 ms have passed.
struct TextEmitter {
  private var characters = UTF8Assembler()
  private var stops: StopMatcher
  private var pending = ""
  private var lastSent: ContinuousClock.Instant?
  private let send: (String) -> Void

  static let interval = Duration.milliseconds(20)

  init(stops: [String], send: @escaping (String) -> Void) {
    self.stops = StopMatcher(stops: stops)
    self.send = send
  }

  /// Takes a token's bytes; true when a stop string has ended the text.
  mutating func push(_ bytes: [UInt8], now: ContinuousClock.Instant) -> Bool {
    let text = characters.push(bytes)
    guard !text.isEmpty else { return false }
    let output = stops.push(text)
    pending += output.text
    if output.stopped {
      sendPending(now)
    } else if lastSent.map({ now - $0 >= Self.interval }) ?? true {
      sendPending(now)
    }
    return output.stopped
  }

  /// Sends what was held back, unless a stop string ended the text.
  mutating func finish(now: ContinuousClock.Instant) {
    let rest = characters.flush()
    let output = stops.push(rest)
    pending += output.text
    if !output.stopped { pending += stops.flush() }
    sendPending(now)
  }

  private mutating func sendPending(_ now: ContinuousClock.Instant) {
    guard !pending.isEmpty else { return }
    send(pending)
    pending = ""
    lastSent = now
  }
}
