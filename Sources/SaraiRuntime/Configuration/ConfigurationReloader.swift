package import Logging
import SaraiCore
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Reads the configuration again while a server runs: on SIGHUP, and when its file changes.
///
/// What can be applied is applied, the rest is named in the log, and a file with a fault changes nothing.
package final class ConfigurationReloader: Service {
  /// What a reload did, by key.
  package struct Outcome: Sendable, Hashable {
    package var applied: [String] = []
    package var needsRestart: [String] = []
  }

  private struct State {
    /// What the server runs with: reloaded keys at their new values, the others at those of the start.
    var running: Configuration
    /// Changes named already, so that each is named once.
    var named: [String: SettingValue] = [:]
  }

  private let state: Mutex<State>
  private let sources: Configuration.Sources
  private let pollIntervalSeconds: Double
  private let log: Logger
  private let apply: @Sendable (Configuration, _ keys: [String]) async -> Void

  /// - Parameter apply: gives live keys that changed to the parts that use them.
  package init(
    running: Configuration, sources: Configuration.Sources, pollIntervalSeconds: Double = 2, log: Logger,
    apply: @escaping @Sendable (Configuration, _ keys: [String]) async -> Void
  ) {
    state = Mutex(State(running: running))
    self.sources = sources
    self.pollIntervalSeconds = pollIntervalSeconds
    self.log = log
    self.apply = apply
  }

  package var running: Configuration { state.withLock { $0.running } }

  package func run() async throws {
    // Before anything is awaited: a SIGHUP that comes early must not end the process.
    let hangUps = await UnixSignalsSequence(trapping: .sighup)
    await withTaskGroup { group in
      group.addTask {
        for await _ in hangUps.cancelOnGracefulShutdown() { await self.reloadAndLog(because: "SIGHUP") }
      }
      group.addTask {
        // A poll of the file's status sees every way of replacing a file, on every file system, and one that a person
        // makes where there was none. The first look always reads, for the file may have changed since the
        // configuration was read.
        var last: (path: String, status: FileStatus)?
        var isMissed = false
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
          let path = self.sources.path
          let now = path.flatMap { path in FileStatus(path).map { (path: path, status: $0) } }
          if let last, FileStatus(last.path) == nil, !isMissed {
            // Some programs save by deleting and writing anew: a file is gone when it is gone twice.
            isMissed = true
          } else {
            isMissed = false
            if let now, now.path != last?.path || now.status != last?.status {
              await self.reloadAndLog(because: "\(now.path) changed")
            }
            last = now
          }
          try? await cancelWhenGracefulShutdown {
            try await Task.sleep(for: .seconds(self.pollIntervalSeconds))
          }
        }
      }
    }
  }

  /// - Throws: `ConfigurationError` where the new configuration has faults; nothing is changed then.
  package func reload() async throws(ConfigurationError) -> Outcome {
    let fresh = try Configuration(sources)
    let (outcome, changed) = state.withLock { state in Self.transition(&state, to: fresh) }
    if !outcome.applied.isEmpty { await apply(changed, outcome.applied) }
    return outcome
  }

  private static func transition(_ state: inout State, to fresh: Configuration) -> (Outcome, Configuration) {
    var outcome = Outcome()
    for setting in SettingsTable.all {
      let isChanged = fresh[setting.key] != state.running[setting.key]
      switch setting.reload {
      case .live where isChanged: outcome.applied.append(setting.key)
      case .restart where isChanged && state.named[setting.key] != fresh[setting.key]:
        outcome.needsRestart.append(setting.key)
        state.named[setting.key] = fresh[setting.key]
      case .restart where !isChanged: state.named[setting.key] = nil
      default: break
      }
    }
    state.running = state.running.adopting(outcome.applied, from: fresh)
    return (outcome, state.running)
  }

  private func reloadAndLog(because reason: String) async {
    do {
      let outcome = try await reload()
      for key in outcome.applied {
        log.notice("configuration reloaded (\(reason)): \(key) is now \(running[key])")
      }
      for key in outcome.needsRestart { log.warning("configuration (\(reason)): needs a restart: \(key)") }
    } catch {
      for fault in error.faults {
        log.error("configuration not reloaded (\(reason)), the old one stays: \(fault.message.en)")
      }
    }
  }
}
