/// A level that rises at one value and falls at a lower one, so that what wavers around either is said once.
package struct Hysteresis: Sendable, Hashable {
  package let rise: Int64
  package let fall: Int64
  package private(set) var isHigh = false

  /// - Parameter fall: At most `rise`; a larger one counts as equal.
  package init(rise: Int64, fall: Int64) {
    self.rise = rise
    self.fall = min(rise, fall)
  }

  /// - Returns: True where it rose above, false where it fell below, nil where nothing changed.
  package mutating func take(_ value: Int64) -> Bool? {
    if !isHigh, value > rise {
      isHigh = true
      return true
    }
    if isHigh, value < fall {
      isHigh = false
      return false
    }
    return nil
  }
}

/// How much memory SARAi's own processes take, as events: once for each time that a threshold is crossed.
package struct MemoryLevels: Sendable, Hashable {
  private var high: Hysteresis
  private var critical: Hysteresis

  package init(_ thresholds: LoopSettings.Thresholds) {
    high = Hysteresis(rise: thresholds.highBytes, fall: thresholds.highUntilBytes)
    critical = Hysteresis(rise: thresholds.criticalBytes, fall: thresholds.criticalUntilBytes)
  }

  /// - Returns: What there is to post, the graver one last.
  package mutating func take(_ bytes: Int64) -> [LoopEvent] {
    let (rose, becameCritical) = (high.take(bytes), critical.take(bytes))
    var events: [LoopEvent] = []
    if rose == true { events.append(event(.memoryHigh, bytes, high.rise)) }
    if becameCritical == true { events.append(event(.memoryCritical, bytes, critical.rise)) }
    if rose == false { events.append(event(.memoryNormal, bytes, high.fall)) }
    return events
  }

  private func event(_ kind: LoopEventKind, _ bytes: Int64, _ threshold: Int64) -> LoopEvent {
    LoopEvent(kind, values: ["bytes": "\(bytes)", "threshold": "\(threshold)"])
  }
}
