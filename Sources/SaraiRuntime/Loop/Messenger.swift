import Glibc
import LoopProtocol
import SaraiCore
import SaraiSandbox
import Synchronization

/// Brings what the loop has to say to where the person is: open chats, and the desktop where there is one.
final class Messenger: Sendable {
  /// Whose inbox this machine's terminals and desktop show.
  static let localOwner = "local"

  private struct State {
    var setup: Setup
    var tell: @Sendable (Localized) -> Void = { _ in }
  }

  private let state: Mutex<State>

  init(_ setup: Setup) { state = Mutex(State(setup: setup)) }

  func setTell(_ tell: @escaping @Sendable (Localized) -> Void) { state.withLock { $0.tell = tell } }

  func apply(_ setup: Setup) { state.withLock { $0.setup = setup } }

  func show(_ item: Sarai_Loop_V1_InboxItem) {
    guard item.owner == Self.localOwner else { return }
    let state = state.withLock { $0 }
    let text = Localized(es: item.textEs, en: item.textEn)
    state.tell(text)
    guard state.setup.configuration.flag("loop.notifications") else { return }
    Task { await Self.notify(text[state.setup.language], state.setup.environment) }
  }

  /// Through the program that desktops have for it; without a session bus there is no desktop to show it on.
  private static func notify(_ text: String, _ environment: [String: String]) async {
    guard environment["DBUS_SESSION_BUS_ADDRESS"]?.isEmpty == false, let program = program(environment) else { return }
    let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard nothing >= 0 else { return }
    defer { close(nothing) }
    // The text is a person's own: its characters are no mark-up and no option.
    let safe = text.withoutControlCharacters.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    _ = try? await DetachedProcess.start(
      program, arguments: ["--app-name=SARAi", "--", "SARAi", safe], environment: environment, errors: nothing)
  }

  private static func program(_ environment: [String: String]) -> String? {
    (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { $0 + "/notify-send" }
      .first { $0.hasPrefix("/") && access(String($0), X_OK) == 0 }.map { String($0) }
  }
}
