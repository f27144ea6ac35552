import FoundationEssentials
import SaraiCore
package import SaraiMemory

/// A long conversation between two people, over many sessions, and what is asked about it.
///
/// The format of LoCoMo: A. Maharana et al., "Evaluating Very Long-Term Conversational Memory of LLM Agents" (2024).
/// A file is an array of objects; `conversation` has `session_N` (turns with `speaker`, `dia_id`, `text` and, for
/// pictures, `blip_caption`) and `session_N_date_time`; `qa` has questions with a category and the turns that answer
/// them as `evidence`: "D3:12" is the twelfth turn of the third session.
package struct LocomoConversation: Sendable {
  package struct Question: Sendable, Hashable {
    package let text: String
    /// 1 several turns, 2 time, 3 inference, 4 one turn, 5 without an answer.
    package let category: Int
    /// Turns that answer it, without those that the conversation does not have.
    package let evidence: Set<TurnID>
  }

  package let id: String
  /// In the order in which they were said. Each session is a conversation of the memory.
  package let turns: [Turn]
  package let questions: [Question]
}

extension LocomoConversation {
  /// Ten conversations take 3 MB.
  private static let limits = JSONLimits(depth: 32, bytes: 256 << 20, values: 20_000_000)

  /// - Throws: `SaraiError` where the file is missing, or is no such file.
  package static func load(path: String) throws -> [LocomoConversation] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SaraiError(
        .notFound, es: "No se puede leer \(path): da un fichero de LoCoMo, como locomo10.json.",
        en: "Cannot read \(path): give a file of LoCoMo, such as locomo10.json.", subject: path)
    }
    do {
      guard let samples = try JSONValue(parsing: Array(data), limits: limits).arrayValue, !samples.isEmpty else {
        throw Malformed(what: "no array of conversations")
      }
      return try samples.enumerated().map { try LocomoConversation($1, number: $0 + 1) }
    } catch {
      throw SaraiError(
        .invalidRequest, es: "\(path) no tiene el formato de LoCoMo: una lista de objetos con conversation y qa.",
        en: "\(path) is not in the format of LoCoMo: an array of objects with conversation and qa.", subject: path,
        cause: error)
    }
  }

  struct Malformed: Error {
    let what: String
  }

  /// - Parameter number: Its place in the file, for one without a name.
  init(_ sample: JSONValue, number: Int) throws {
    guard let conversation = sample["conversation"]?.objectValue, let asked = sample["qa"]?.arrayValue else {
      throw Malformed(what: "conversation \(number) without conversation or qa")
    }
    id = sample["sample_id"]?.stringValue ?? String(number)
    var turns: [Turn] = []
    var numbers: [DialogueNumber: TurnID] = [:]
    for session in Self.sessions(conversation) {
      let key = "session_\(session)"
      let saidAt =
        conversation["\(key)_date_time"]?.stringValue.flatMap(Self.time) ?? Timestamp(milliseconds: 0)
      for value in conversation[key]?.arrayValue ?? [] {
        let turnID = TurnID(rawValue: Int64(turns.count + 1))
        turns.append(try Self.turn(value, id: turnID, conversation: key, saidAt: saidAt))
        if let number = value["dia_id"]?.stringValue.flatMap({ DialogueNumber.all(in: $0).first }) {
          numbers[number] = turnID
        }
      }
    }
    guard !turns.isEmpty else { throw Malformed(what: "conversation \(number) without turns") }
    self.turns = turns
    questions = try asked.map { value in
      guard let text = value["question"]?.stringValue, let category = value["category"]?.integerValue else {
        throw Malformed(what: "a question of conversation \(number) without question or category")
      }
      let places = (value["evidence"]?.arrayValue ?? []).compactMap(\.stringValue).flatMap(DialogueNumber.all)
      return Question(text: text, category: Int(category), evidence: Set(places.compactMap { numbers[$0] }))
    }
  }

  private static func sessions(_ conversation: JSONObject) -> [Int] {
    conversation.keys.compactMap { key in key.hasPrefix("session_") ? Int(key.dropFirst(8)) : nil }.sorted()
  }

  /// What a picture shows, as the file describes it, stands behind the words that came with it.
  private static func turn(
    _ value: JSONValue, id: TurnID, conversation: String, saidAt: Timestamp
  ) throws -> Turn {
    guard let speaker = value["speaker"]?.stringValue, let text = value["text"]?.stringValue else {
      throw Malformed(what: "a turn of \(conversation) without speaker or text")
    }
    let caption = value["blip_caption"]?.stringValue.map { " [\($0)]" } ?? ""
    return Turn(
      id: id, conversation: conversation, role: .user, speaker: speaker, saidAt: saidAt, text: text + caption)
  }

  /// "1:56 pm on 8 May, 2023".
  static func time(_ text: String) -> Timestamp? {
    let words = text.lowercased().split { " ,:".contains($0) }
    guard words.count == 7, words[3] == "on", var hour = Int(words[0]), let minute = Int(words[1]),
      (1...12).contains(hour), (0...59).contains(minute), let day = Int(words[4]), let year = Int(words[6]),
      let month = months.firstIndex(where: { words[5].hasPrefix($0) }),
      let date = CivilDate(year: year, month: month + 1, day: day)
    else { return nil }
    hour = hour % 12 + (words[2] == "pm" ? 12 : 0)
    return Timestamp(secondsSince1970: date.dayNumber * 86_400 + hour * 3600 + minute * 60)
  }

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
}

/// "D3:12": session and turn. Evidence sometimes has several in one string, and slips like "D:3:12".
struct DialogueNumber: Hashable {
  let session: Int
  let turn: Int

  static func all(in text: String) -> [DialogueNumber] {
    text.split(separator: "D").compactMap { part in
      let numbers = part.split { !("0"..."9").contains($0) }.prefix(2).compactMap { Int($0) }
      return numbers.count == 2 ? DialogueNumber(session: numbers[0], turn: numbers[1]) : nil
    }
  }
}
