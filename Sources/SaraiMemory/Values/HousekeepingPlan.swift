package import SaraiStore

/// How often a memory is looked after, and how much of it is kept.
package struct HousekeepingPlan: Sendable, Hashable {
  /// Days between backups; none where nothing changed.
  package var daysBetweenBackups = 1
  /// Days between checks of the file, rotations and compactions.
  package var daysBetweenSweeps = 7
  /// For so many days what is over is kept, and turns that no fact in force rests on; nil keeps them for ever.
  package var keptDays: Int? = 365
  /// Beyond this share of wasted room, a sweep compacts the file. 0...1.
  package var largestWaste = 0.25
  /// So much may be wasted in any case: a small file is mostly pages that wait for content.
  package var wastedBytes = 1 << 20

  package init() {}
}

/// One thing that upkeep does. In this order: nothing damaged is backed up, and nothing is deleted before the backup.
package enum HousekeepingTask: String, Sendable, Hashable, CaseIterable {
  /// Deletes copies that still hold what was forgotten, where a crash or a full disk kept it from being done.
  case finishForgetting = "forgetting"
  case check
  case backup
  case rotate
  case compact
}

/// What is known when it is decided what is due.
package struct HousekeepingState: Sendable, Hashable {
  /// When each task was last done; absent where it never was.
  package var done: [HousekeepingTask: Timestamp]
  /// True where something was stored, changed or deleted since the last backup, and where there is none.
  package var isChanged: Bool
  /// True where a forgetting is to be finished.
  package var owesForgetting: Bool

  package init(done: [HousekeepingTask: Timestamp], isChanged: Bool, owesForgetting: Bool) {
    self.done = done
    self.isChanged = isChanged
    self.owesForgetting = owesForgetting
  }
}

extension HousekeepingPlan {
  /// What is due at a time. A task that was last done in the future was done by a clock that was wrong: it is due.
  package func due(_ state: HousekeepingState, now: Timestamp) -> [HousekeepingTask] {
    HousekeepingTask.allCases.filter { task in
      switch task {
      case .finishForgetting: state.owesForgetting
      case .check, .compact: isDue(task, days: daysBetweenSweeps, state, now)
      case .backup: state.isChanged && isDue(task, days: daysBetweenBackups, state, now)
      case .rotate: keptDays != nil && isDue(task, days: daysBetweenSweeps, state, now)
      }
    }
  }

  private func isDue(_ task: HousekeepingTask, days: Int, _ state: HousekeepingState, _ now: Timestamp) -> Bool {
    guard let last = state.done[task] else { return true }
    return now < last || now >= last.adding(days: days)
  }
}

/// What a task did.
package enum HousekeepingResult: Sendable, Hashable {
  /// So many old copies are gone.
  case forgettingFinished(copies: Int)
  case checked
  case backedUp(StoreBackup)
  case rotated(RotationReport)
  /// Nil where too little was wasted.
  case compacted(VacuumReport?)
}
