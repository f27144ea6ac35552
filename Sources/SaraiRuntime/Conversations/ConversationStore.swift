import FoundationEssentials
import Glibc
package import SaraiCore

/// Conversations on disk: a JSON Lines file each, in a folder of their owner's.
///
/// The first line is the header `{"id":…,"created":…,"model":…}`; each other line is a message
/// `{"role":…,"content":…}`. A line is appended and synced whole, so that a power cut can tear the last one only;
/// a torn line is left out when reading and cut off before the next append.
package struct ConversationStore: Sendable {
  package let folder: String

  package static let maxFileBytes = 64 << 20

  package init(folder: String) {
    self.folder = folder
  }

  /// What a list shows of a conversation.
  package struct Summary: Sendable, Hashable {
    package let id: String
    /// Seconds since 1970.
    package let created: Int
    package let changed: Int
    package let model: String
    /// The beginning of the first question.
    package let title: String
    package let messageCount: Int
  }

  package struct Conversation: Sendable, Hashable {
    package let id: String
    package let created: Int
    package let model: String
    package let messages: [Message]
    /// Lines that are no message: a torn end, or damage.
    package let unreadableLines: Int
  }

  struct Header {
    var id: String
    var created: Int
    var model: String

    var json: JSONValue { ["id": .string(id), "created": .integer(Int64(created)), "model": .string(model)] }

    init(id: String, created: Int, model: String) {
      self.id = id
      self.created = created
      self.model = model
    }

    init?(line: some Sequence<UInt8>) {
      guard let json = try? JSONValue(parsing: Array(line)), let id = json["id"]?.stringValue,
        let created = json["created"]?.integerValue, let model = json["model"]?.stringValue
      else { return nil }
      self.init(id: id, created: Int(created), model: model)
    }
  }

  static func json(_ message: Message) -> JSONValue {
    ["role": .string(message.role.rawValue), "content": .string(message.content)]
  }

  static func message(line: some Sequence<UInt8>) -> Message? {
    guard let json = try? JSONValue(parsing: Array(line)), let content = json["content"]?.stringValue,
      let role = json["role"]?.stringValue.flatMap(Message.Role.init(rawValue:))
    else { return nil }
    return Message(role, content)
  }

  // MARK: - Reading

  /// - Throws: `SaraiError.notFound` where there is no such conversation, `tooLarge`, `corruptFile`.
  package func load(_ id: String) throws -> Conversation {
    let path = try path(of: id)
    guard let bytes = try PrivateFile.read(path, maxBytes: Self.maxFileBytes) else { throw Self.unknown(id) }
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    // Without its newline the last line was not written whole, even where it happens to read as JSON.
    let isTorn = bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false
    if isTorn { lines.removeLast() }
    guard let header = lines.first.flatMap(Header.init(line:)), header.id == id else {
      throw SaraiError(
        .corruptFile, es: "\(path) no es una conversación de SARAi: bórrala con «sarai chat delete \(id)».",
        en: "\(path) is no conversation of SARAi's: delete it with \"sarai chat delete \(id)\".", subject: path)
    }
    let messages = lines.dropFirst().map(Self.message(line:))
    let readable = messages.compactMap { $0 }
    return Conversation(
      id: id, created: header.created, model: header.model, messages: readable,
      unreadableLines: messages.count - readable.count + (isTorn ? 1 : 0))
  }

  /// Every conversation that can be read, the last changed first.
  package func list() -> [Summary] {
    ids().compactMap { try? summary(of: load($0)) }.sorted { ($0.changed, $0.id) > ($1.changed, $1.id) }
  }

  /// Conversations in which every word of the query occurs, whatever its case and diacritics.
  package func search(_ query: String) -> [(summary: Summary, excerpt: String)] {
    let words = SearchText.folded(query).split(separator: " ")
    guard !words.isEmpty else { return [] }
    let found = ids().compactMap { id -> (Summary, String)? in
      guard let conversation = try? load(id), let summary = try? summary(of: conversation) else { return nil }
      let texts = conversation.messages.map { SearchText.folded($0.content) }
      guard words.allSatisfy({ word in texts.contains { $0.contains(word) } }) else { return nil }
      let index = texts.firstIndex { $0.contains(words[0]) } ?? 0
      return (summary, SearchText.excerpt(of: conversation.messages[index].content, around: words[0]))
    }
    return found.sorted { ($0.0.changed, $0.0.id) > ($1.0.changed, $1.0.id) }
  }

  /// The conversation that an id, its unique beginning, or an empty text (the last one) means.
  ///
  /// - Throws: `SaraiError.notFound`; `invalidRequest` where a beginning fits several.
  package func resolve(_ text: String) throws -> String {
    if text.isEmpty {
      guard let last = list().first else {
        throw SaraiError(
          .notFound, es: "Aún no hay conversaciones guardadas: empieza una con «sarai chat».",
          en: "There are no saved conversations yet: start one with \"sarai chat\".")
      }
      return last.id
    }
    let matches = ids().filter { $0.hasPrefix(text) }
    if matches.contains(text) || matches.count == 1 { return matches.count == 1 ? matches[0] : text }
    guard matches.isEmpty else {
      throw SaraiError(
        .invalidRequest, es: "«\(text)» es el principio de \(matches.count) conversaciones: escribe más cifras.",
        en: "\"\(text)\" begins \(matches.count) conversations: write more of the id.", subject: text)
    }
    throw Self.unknown(text)
  }

  // MARK: - Writing

  /// Starts a conversation; its file is made when the first message is appended.
  package func begin(model: String, now: Int = Int(time(nil))) -> ConversationWriter {
    ConversationWriter(store: self, header: Header(id: Self.newID(now), created: now, model: model), isNew: true)
  }

  package func reopen(_ conversation: Conversation) -> ConversationWriter {
    let header = Header(id: conversation.id, created: conversation.created, model: conversation.model)
    return ConversationWriter(store: self, header: header, isNew: false)
  }

  package func delete(_ id: String) throws {
    let path = try path(of: id)
    guard unlink(path) == 0 else {
      throw errno == ENOENT ? Self.unknown(id) : PrivateFile.fault(writing: path)
    }
  }

  // MARK: - Names

  func path(of id: String) throws -> String {
    guard Self.isID(id) else { throw Self.unknown(id) }
    return "\(folder)/\(id).jsonl"
  }

  func ids() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.filter(Self.isID).sorted()
  }

  private static func isID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || byte == UInt8(ascii: "-")
      }
  }

  /// Local date and time, and four random digits for conversations of one second: `20261122-183015-a3f0`.
  private static func newID(_ now: Int) -> String {
    let random = String(UInt16.random(in: 0x1000 ... .max), radix: 16)
    return "\(LocalTime(secondsSince1970: now).compact)-\(random)"
  }

  private static func unknown(_ id: String) -> SaraiError {
    SaraiError(
      .notFound, es: "No hay ninguna conversación «\(id)»: míralas con «sarai chat list».",
      en: "There is no conversation \"\(id)\": see them with \"sarai chat list\".", subject: id)
  }

  private func summary(of conversation: Conversation) throws -> Summary {
    let changed = FileStatus(try path(of: conversation.id)).map { Int($0.modified) } ?? conversation.created
    let question = conversation.messages.first { $0.role == .user && !Self.isForgotten($0) }?.content ?? ""
    return Summary(
      id: conversation.id, created: conversation.created, changed: changed, model: conversation.model,
      title: SearchText.singleLine(question, maxLength: 60), messageCount: conversation.messages.count)
  }
}
