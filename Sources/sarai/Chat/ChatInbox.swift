import LoopProtocol
import SaraiCore
import SaraiRuntime
import Synchronization

/// The person's inbox as a chat shows it.
struct ChatInbox: Sendable {
  /// A chat begins with no more than this of what is new.
  private static let mostLines = 3
  private static let lineLength = 160

  let loop: LoopClient
  let owner: String

  /// What is new, in a few lines; none where nothing is, or where nothing is done unasked.
  ///
  /// - Parameter marksRead: Whether somebody sees them: what is shown whole then counts as read.
  func greeting(marksRead: Bool) async -> [String] {
    guard let items = try? await loop.inbox(owner: owner, unreadOnly: true), !items.isEmpty else { return [] }
    var lines: [String] = []
    for item in items.prefix(Self.mostLines) {
      let text = words(es: item.textEs, en: item.textEn).withoutControlCharacters
      let shown = SearchText.singleLine(text, maxLength: Self.lineLength)
      lines.append(Self.line(shown) + Output.dim("  (\(item.id))"))
      if marksRead, shown == text { _ = try? await loop.mark(item.id, owner: owner, "read") }
    }
    let more = items.count - lines.count
    lines.append(
      Output.dim(
        more > 0
          ? words(es: "y \(more) más: /buzon los muestra todos", en: "and \(more) more: /inbox shows all")
          : words(
            es: "/porque NÚMERO dice por qué; /nunca NÚMERO, que no vuelva", en: "/why NUMBER says why; /never NUMBER"))
    )
    return lines
  }

  static func line(_ text: String) -> String { Output.bold("● ") + text }

  /// Notes that what just came was seen, where it is something of the inbox.
  func saw(_ text: Localized) async {
    let items = (try? await loop.inbox(owner: owner, unreadOnly: true)) ?? []
    for item in items where item.textEs == text.es && item.textEn == text.en {
      _ = try? await loop.mark(item.id, owner: owner, "read")
    }
  }

  // MARK: - Commands

  /// All that is new, which counts as read then.
  func show() async throws {
    let items = try await loop.inbox(owner: owner, unreadOnly: true)
    guard !items.isEmpty else {
      return Output.line(
        Output.dim(
          words(es: "Nada nuevo. Lo ya leído: sarai inbox --all", en: "Nothing new. What was read: sarai inbox --all")))
    }
    LoopText.inbox(items)
    for item in items { _ = try await loop.mark(item.id, owner: owner, "read") }
  }

  /// - Parameter number: Empty for what came last.
  func explain(_ number: String) async throws {
    let latest = number.isEmpty ? try await loop.inbox(owner: owner, unreadOnly: false, limit: 1).first : nil
    let item = if let latest { latest } else { try await loop.item(try Self.id(number), owner: owner) }
    LoopText.inbox([item])
    Output.line("  " + words(es: item.whyEs, en: item.whyEn).withoutControlCharacters)
  }

  func silence(_ number: String) async throws {
    _ = try await loop.mark(try Self.id(number), owner: owner, "never")
    Output.line(Output.dim(words(es: "No volverá a hablar de eso.", en: "That will not come up again.")))
  }

  private static func id(_ text: String) throws -> Int64 {
    guard let id = Int64(text), id > 0 else {
      throw SaraiError(
        .invalidRequest, es: "Di el número del aviso, como /porque 3: «sarai inbox --all» los muestra.",
        en: "Say the item's number, such as /why 3: \"sarai inbox --all\" shows them.", subject: "id")
    }
    return id
  }
}

/// Where what SARAi says unasked goes: to stderr, or into a chat, which keeps the line whole that is being typed.
final class Interjections: Sendable {
  private let listener = Mutex<(@Sendable (Localized) -> Void)?>(nil)

  @Sendable func tell(_ words: Localized) {
    let tell = listener.withLock { $0 } ?? Output.tell
    tell(words)
  }

  /// - Parameter listener: Nil for stderr again.
  func send(to listener: (@Sendable (Localized) -> Void)?) { self.listener.withLock { $0 = listener } }
}
