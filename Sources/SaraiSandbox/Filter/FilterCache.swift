import SaraiCore
import Synchronization

/// Compiled filters: there are few lists and many profiles.
final class FilterCache: Sendable {
  static let shared = FilterCache()

  private struct Key: Hashable {
    var kind: SandboxProfile.Kind
    var mayStartProcesses: Bool
    var mayConnect: Bool
  }

  private let filters = Mutex<[Key: SystemCallFilter]>([:])

  func filter(for profile: SandboxProfile) throws(SaraiError) -> SystemCallFilter {
    let key = Key(
      kind: profile.kind, mayStartProcesses: profile.mayStartProcesses, mayConnect: !profile.sockets.isEmpty)
    if let known = filters.withLock({ $0[key] }) { return known }
    let filter = try SystemCallFilter(rules: profile.systemCallRules)
    filters.withLock { $0[key] = filter }
    return filter
  }
}
