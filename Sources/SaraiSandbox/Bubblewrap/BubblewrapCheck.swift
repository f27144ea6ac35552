import CSeccomp
import FoundationEssentials
import Glibc
import SaraiCore
import Synchronization

/// What this machine can do, found out by making a sandbox and asking from inside.
struct BubblewrapCheck: Sendable {
  var report: SandboxReport
  var groups: ControlGroups
  /// False where /proc cannot be mounted anew, as in some containers.
  var hasProcessFiles: Bool
  /// Why no sandbox could be made at all.
  var failure: SaraiError?

  /// For bubblewrap itself: nothing of the host's, so that no variable changes what it does.
  static let environment = ["PATH=/usr/bin:/bin", "LC_ALL=C"]
  private static let folders = ["/usr/bin", "/usr/local/bin", "/bin"]

  static func program(_ configuration: BubblewrapBackend.Configuration) -> String {
    if let given = configuration.bubblewrap { return given }
    return folders.map { "\($0)/bwrap" }.first { FileFacts($0) != nil } ?? "/usr/bin/bwrap"
  }

  /// Bits of the trial, or why there were none.
  private typealias Trial = Result<(holds: Set<Holds>, landlock: Int32), SaraiError>

  private enum Holds: CaseIterable {
    case pidNamespace, networkNamespace, noNewPrivileges, noCapabilities, seccomp, noExecute, readOnlyRoot, session

    var bit: Int32 {
      let bits: Int =
        switch self {
        case .pidNamespace: SARAI_CONFINE_HOLDS_PID_NAMESPACE
        case .networkNamespace: SARAI_CONFINE_HOLDS_NETWORK_NAMESPACE
        case .noNewPrivileges: SARAI_CONFINE_HOLDS_NO_NEW_PRIVILEGES
        case .noCapabilities: SARAI_CONFINE_HOLDS_NO_CAPABILITIES
        case .seccomp: SARAI_CONFINE_HOLDS_SECCOMP
        case .noExecute: SARAI_CONFINE_HOLDS_NOEXEC
        case .readOnlyRoot: SARAI_CONFINE_HOLDS_READ_ONLY_ROOT
        case .session: SARAI_CONFINE_HOLDS_SESSION
        }
      return Int32(bits)
    }

    var layer: SandboxLayers {
      switch self {
      case .pidNamespace: .pidNamespace
      case .networkNamespace: .networkNamespace
      // Everything else can be undone by whoever gains privileges.
      case .noNewPrivileges: []
      case .noCapabilities: .noCapabilities
      case .seccomp: .seccomp
      case .noExecute: .noExecute
      case .readOnlyRoot: .readOnly
      case .session: .newSession
      }
    }
  }

  static func perform(_ configuration: BubblewrapBackend.Configuration, reactor: Reactor) async -> BubblewrapCheck {
    var trial = await Self.trial(configuration, reactor: reactor, processFiles: .own)
    var hasProcessFiles = true
    if case .failure = trial {
      let second = await Self.trial(configuration, reactor: reactor, processFiles: .none)
      if case .success = second { (trial, hasProcessFiles) = (second, false) }
    }
    let groups = ControlGroups.find()
    Leftovers.remove(runtimeFolder: configuration.runtimeFolder, groups: groups)
    let version = await version(configuration, reactor: reactor)
    var layers: SandboxLayers = []
    if case .success((let holds, let landlock)) = trial, holds.contains(.noNewPrivileges) {
      layers = Holds.allCases.filter { !holds.contains($0) }.reduce(.all) { $0.subtracting($1.layer) }
      if landlock < 1 { layers.remove(.landlock) }
      layers.subtract(SandboxLayers.controlGroups.subtracting(groups.layers))
      if configuration.identity.isRoot || !hasNamespacedTaskLimit() { layers.remove(.tasksOfUser) }
    }
    let lines = BubblewrapReportLines(
      version: version, layers: layers, landlock: (try? trial.get())?.landlock ?? 0, groups: groups,
      hasProcessFiles: hasProcessFiles, failure: trial.failure
    ).lines
    return BubblewrapCheck(
      report: SandboxReport(backend: "bubblewrap", version: version, layers: layers, lines: lines), groups: groups,
      hasProcessFiles: hasProcessFiles, failure: trial.failure)
  }

  /// Makes a sandbox in which sarai-confine looks around instead of running anything.
  private static func trial(
    _ configuration: BubblewrapBackend.Configuration, reactor: Reactor, processFiles: SandboxProfile.ProcessFiles
  ) async -> Trial {
    do {
      let layers = SandboxLayers.all.subtracting(.controlGroups).subtracting(.landlock)
      let profile = SandboxProfile(
        name: "self-check", kind: .native, executable: configuration.confine, libraries: .listed([]),
        processFiles: processFiles)
      let plan = try BubblewrapPlan(profile, layers: layers, confine: configuration.confine)
      var request = plan.request
      request.flags |= UInt32(SARAI_CONFINE_CHECK)
      let start = BubblewrapSession.Start(
        name: profile.name,
        commandLine: plan.commandLine(bubblewrap: program(configuration), serviceFolder: nil, layers: layers),
        request: try request.message(), limits: profile.limits, limitsOutput: true, closesDescriptors: true,
        environment: environment, identity: configuration.identity, group: nil, serviceFolder: nil)
      let process = BubblewrapProcess(reactor: reactor, start: start) { _ in }
      guard process.begin(whenGone: {}) else { return .failure(BubblewrapErrors.closed()) }
      let outcome = await process.checkOutcome()
      _ = await process.waitForExit()
      return outcome.map { value in
        (Set(Holds.allCases.filter { value & $0.bit != 0 }), value >> 16)
      }
    } catch {
      return .failure(error)
    }
  }

  /// `bubblewrap 0.8.0`, as it says itself, or nil.
  private static func version(_ configuration: BubblewrapBackend.Configuration, reactor: Reactor) async -> String? {
    let printed = Mutex<[UInt8]>([])
    let start = BubblewrapSession.Start(
      name: "bubblewrap", commandLine: [program(configuration), "--version"], request: [0], limits: SandboxLimits(),
      limitsOutput: true, closesDescriptors: true, environment: environment, identity: configuration.identity,
      group: nil, serviceFolder: nil)
    let process = BubblewrapProcess(reactor: reactor, start: start) { output in
      if case .standardOutput(let bytes) = output { printed.withLock { $0 += bytes } }
    }
    guard process.begin(whenGone: {}) else { return nil }
    _ = await process.waitForExit()
    let text = printed.withLock { String(decoding: $0, as: UTF8.self) }
    return text.split(whereSeparator: \.isWhitespace).last.map { String($0.prefix(32)) }
  }

  /// Since Linux 5.14 the limit on a user's tasks counts those of each user namespace by themselves.
  private static func hasNamespacedTaskLimit() -> Bool {
    guard let bytes = FileManager.default.contents(atPath: "/proc/sys/kernel/osrelease") else { return false }
    let numbers = String(decoding: bytes, as: UTF8.self).split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return numbers.count == 2 && (numbers[0], numbers[1]) >= (5, 14)
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
