import SaraiCore
import SaraiLoop
import Synchronization
import TestSupport

/// Hands of a machine that is only thought of, whose caches grow with use, whose model leaves memory when nobody asks,
/// and which measure what they do as real ones do: nothing is freed that is not there.
final class Household: Sendable {
  struct State {
    var now: Int64 = 0
    var cacheBytes: Int64 = 0
    var lastUse: Int64 = .min / 2
    var unsavedRows: Int64 = 0
    var deadRows: Int64 = 0
    var memoryWaste: Int64 = 0
    var logBytes: Int64 = 0
    var databaseWaste: Int64 = 0
  }
  let state = Mutex(State())

  /// After so long without a turn a model leaves memory.
  private static let modelStays: Int64 = 10 * 60_000
  private static let coldStart: Int64 = 1_900
  private static let warmStart: Int64 = 60

  /// A turn of the person's.
  func turn(now: Int64, _ random: inout SeededRandom) {
    let (bytes, learns) = (Int64.random(in: 4...24, using: &random) << 20, Int.random(in: 0..<3, using: &random) == 0)
    state.withLock { state in
      state.now = now
      state.lastUse = now
      state.cacheBytes += bytes
      state.logBytes += 40_000
      state.databaseWaste += 9_000
      if learns {
        state.unsavedRows += 1
        state.deadRows += 1
        state.memoryWaste += 12_000
      }
    }
  }

  func perform(_ order: LoopOrder, now: Int64) -> ActionOutcome {
    state.withLock { state in
      func all(_ unit: ActionEffect.Unit, _ path: WritableKeyPath<State, Int64>, keeping: Int64 = 0) -> ActionOutcome {
        let before = state[keyPath: path]
        state[keyPath: path] = min(before, keeping)
        return ActionOutcome(effect: ActionEffect(unit, before: before, after: state[keyPath: path]))
      }
      switch order.action.action {
      // What was used in the last minutes stays.
      case .pruneCaches: return all(.bytes, \.cacheBytes, keeping: now - state.lastUse < 240_000 ? .max : 16 << 20)
      case .rotateLogs: return all(.bytes, \.logBytes, keeping: 2 << 20)
      case .vacuumMemory: return all(.bytes, \.memoryWaste)
      case .rotateMemory: return all(.rows, \.deadRows)
      case .backupMemory: return all(.rows, \.unsavedRows)
      case .compactDatabases: return all(.bytes, \.databaseWaste)
      case .warmModel, .warmSkill:
        let isCold = now - state.lastUse > Self.modelStays
        state.lastUse = now
        return ActionOutcome(
          effect: ActionEffect(.milliseconds, before: isCold ? Self.coldStart : Self.warmStart, after: Self.warmStart))
      default: return ActionOutcome(text: Localized(es: "Hecho.", en: "Done."))
      }
    }
  }
}
