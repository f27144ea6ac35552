import SaraiCore
import Synchronization

/// One line on stderr that tells how far work is; on no terminal a line for each step only.
final class ProgressLine: Sendable {
  private struct State {
    var lastStep = ""
    var hasLine = false
  }

  private let state = Mutex(State())

  /// - Parameters:
  ///   - name: What is worked on.
  ///   - fraction: 0...1; nil where nobody knows.
  func draw(_ step: String, _ name: String, fraction: Double?, detail: String) {
    state.withLock { state in
      guard Output.isErrorTerminal else {
        if state.lastStep != step { Output.note("\(step): \(name)") }
        state.lastStep = step
        return
      }
      let width = 24
      let filled = Int((fraction ?? 0) * Double(width))
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      let percent = fraction.map { "\(Int($0 * 100)) %" } ?? ""
      let line = "\(step) \(bar) \(percent) \(detail) \(name)"
      var shown = ""
      var columns = 0
      for character in line {
        columns += DisplayWidth.of(character)
        if columns >= Terminal.columns { break }
        shown.append(character)
      }
      Output.errorText("\r\(shown)\u{1B}[K")
      state.hasLine = true
    }
  }

  func end() {
    state.withLock { state in
      if state.hasLine { Output.errorText("\r\u{1B}[K") }
      state.hasLine = false
    }
  }
}

/// Tells on a terminal how far work is that takes longer than a moment.
final class SlowWork: Sendable {
  private let line = ProgressLine()
  private let start = ContinuousClock.now
  private let step: String

  /// - Parameter step: What is done, in the command's language.
  init(_ step: String) { self.step = step }

  func show(_ detail: String, fraction: Double? = nil) {
    guard Output.isErrorTerminal, ContinuousClock.now - start > .milliseconds(500) else { return }
    line.draw(step, "", fraction: fraction, detail: detail)
  }

  func end() { line.end() }

  /// Runs work that does not tell how far it is.
  static func run<Result: Sendable>(
    _ step: String, _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    try await SlowWork(step).run(whereSilent: { true }, work)
  }

  /// Runs work, and shows how long it has taken where it does not tell how far it is.
  ///
  /// - Parameter whereSilent: Whether that is so now.
  func run<Result: Sendable>(
    whereSilent isSilent: @escaping @Sendable () -> Bool, _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    let telling = Task {
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(600))
        if isSilent() { show(readableDuration((ContinuousClock.now - start) / .seconds(1))) }
      }
    }
    defer {
      telling.cancel()
      end()
    }
    return try await work()
  }
}
