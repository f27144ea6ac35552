import CLlama
package import SaraiCore

/// Part of a conversation as a template laid it out.
package struct TemplatePart: Sendable, Equatable {
  package var text: String
  /// True for what came out of a message: text, whatever it looks like.
  package var isInput: Bool

  package init(text: String, isInput: Bool) {
    self.text = text
    self.isInput = isInput
  }
}

/// The layout of conversations that a model was trained on: a Jinja template, run by llama.cpp's own Jinja engine.
///
/// It never changes once parsed and may be rendered from several threads at once.
package final class ChatTemplate: @unchecked Sendable {
  package let source: String
  /// The template takes no system message: its text goes in front of the first message of the user.
  package private(set) var foldsSystem = false
  private let pointer: OpaquePointer

  /// A template is code from a file that nobody vouches for.
  static let maximumSourceBytes = 128 << 10
  static let maximumRenderedBytes = 64 << 20
  /// Brackets and blocks inside each other; the parser recurses.
  static let maximumNesting = 200

  /// - Parameters:
  ///   - bos: The text of the begin-of-text token, as templates name it; empty where there is none.
  /// - Throws: A description of the fault, for logs.
  init(source: String, bos: String, eos: String) throws {
    guard source.utf8.count <= Self.maximumSourceBytes else {
      throw TemplateFault("longer than \(Self.maximumSourceBytes) bytes")
    }
    guard Self.nesting(of: source) <= Self.maximumNesting else {
      throw TemplateFault("nested deeper than \(Self.maximumNesting)")
    }
    let (parsed, fault) = withFault { fault in
      source.withSaraiBytes { source in
        bos.withSaraiBytes { bos in eos.withSaraiBytes { eos in sarai_template_parse(source, bos, eos, fault) } }
      }
    }
    guard let parsed else { throw TemplateFault(fault) }
    self.source = source
    pointer = parsed
    try check()
  }

  deinit {
    sarai_template_free(pointer)
  }

  /// Lays a conversation out.
  ///
  /// - Throws: `SaraiError.invalidRequest` where the template refuses the order of roles.
  package func render(_ messages: [Message], addGenerationPrompt: Bool) throws -> [TemplatePart] {
    do {
      return try layOut(foldsSystem ? Self.folded(messages) : messages, addGenerationPrompt: addGenerationPrompt)
    } catch let fault as TemplateFault {
      throw SaraiError(
        .invalidRequest,
        Localized(
          es: "La plantilla del modelo rechaza esta conversación: el orden de los mensajes o sus papeles no le sirven. "
            + "Alterna mensajes «user» y «assistant».",
          en: "The model's template refuses this conversation: the order or the roles of the messages don't suit it. "
            + "Alternate \"user\" and \"assistant\" messages."
        ), subject: "messages", cause: fault.description)
    }
  }

  private func layOut(_ messages: [Message], addGenerationPrompt: Bool) throws -> [TemplatePart] {
    // One buffer for all texts: pointers into it stay valid while the template runs.
    var bytes: [UInt8] = []
    var ranges: [(role: Range<Int>, content: Range<Int>)] = []
    func append(_ text: String) -> Range<Int> {
      let start = bytes.count
      bytes += text.utf8
      return start..<bytes.count
    }
    for message in messages { ranges.append((append(message.role.rawValue), append(message.content))) }

    let (rendering, fault) = bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        func view(_ range: Range<Int>) -> sarai_bytes {
          sarai_bytes(data: characters.baseAddress.map { $0 + range.lowerBound }, size: range.count)
        }
        let list = ranges.map { sarai_message(role: view($0.role), content: view($0.content)) }
        return withFault { sarai_template_render(pointer, list, list.count, addGenerationPrompt, $0) }
      }
    }
    guard let rendering else { throw TemplateFault(fault) }
    defer { sarai_rendering_free(rendering) }
    var size = 0
    return try (0..<sarai_rendering_count(rendering)).map { index in
      let part = sarai_rendering_part(rendering, index)
      size += part.text.size
      guard size <= Self.maximumRenderedBytes else { throw TemplateFault("renders too much text") }
      let text = UnsafeRawBufferPointer(start: part.text.data, count: part.text.size)
      return TemplatePart(text: String(decoding: text, as: UTF8.self), isInput: part.is_input)
    }
  }

  /// Renders a probe and looks at the result: each text once, in order, marked as people's text, and the answer's
  /// beginning asked for at the end.
  private func check() throws {
    let turns = [
      Message(.user, "sarai-probe-one"), Message(.assistant, "sarai-probe-two"), Message(.user, "sarai-probe-three"),
    ]
    let probe = [Message(.system, "sarai-probe-zero")] + turns
    if (try? Self.verify(layOut(probe, addGenerationPrompt: true), shows: probe)) != nil { return }
    foldsSystem = true
    let folded = Self.folded(probe)
    try Self.verify(layOut(folded, addGenerationPrompt: true), shows: folded)
  }

  private static func verify(_ parts: [TemplatePart], shows messages: [Message]) throws {
    let inputs = parts.filter(\.isInput).map(\.text).joined(separator: "\n")
    var rest = inputs[...]
    for line in messages.flatMap({ $0.content.split(separator: "\n") }) {
      guard let found = rest.firstRange(of: line) else { throw TemplateFault("drops or reorders messages") }
      rest = rest[found.upperBound...]
    }
    guard rest.firstRange(of: "sarai-probe") == nil else { throw TemplateFault("repeats messages") }
    guard !parts.contains(where: { !$0.isInput && $0.text.firstRange(of: "sarai-probe") != nil }) else {
      throw TemplateFault("mixes messages with its own text")
    }
    guard let last = parts.last, !last.isInput, !last.text.isEmpty else {
      throw TemplateFault("does not ask for an answer")
    }
  }

  /// The system message's text in front of the first user message.
  static func folded(_ messages: [Message]) -> [Message] {
    let system = messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
    var rest = messages.filter { $0.role != .system }
    guard !system.isEmpty else { return rest }
    if let first = rest.firstIndex(where: { $0.role == .user }) {
      rest[first].content = system + "\n\n" + rest[first].content
    } else {
      rest.insert(Message(.user, system), at: 0)
    }
    return rest
  }

  /// How deep brackets, and blocks, lie inside each other at most.
  static func nesting(of source: String) -> Int {
    var brackets = 0
    var deepest = 0
    for byte in source.utf8 {
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
      default: break
      }
      deepest = max(deepest, brackets)
    }
    // Each open block with the branches it has so far: a branch lies inside the one before.
    var blocks: [Int] = []
    for tag in source.split(separator: "{%").dropFirst() {
      let word = tag.drop { $0 == "-" || $0 == "+" || $0.isWhitespace }.prefix { $0.isLetter }
      switch word {
      case "if", "for", "macro", "call", "filter": blocks.append(1)
      case "elif": if !blocks.isEmpty { blocks[blocks.count - 1] += 1 }
      case "endif", "endfor", "endmacro", "endcall", "endfilter": _ = blocks.popLast()
      default: break
      }
      deepest = max(deepest, blocks.reduce(0, +))
    }
    return deepest
  }
}

/// Why a template can't be used.
struct TemplateFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
