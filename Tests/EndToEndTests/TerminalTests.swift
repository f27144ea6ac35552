import Testing

@testable import sarai

@Suite struct KeyDecoderTests {
  @Test func `Bytes cut anywhere give the same keys`() {
    let bytes = Array("añ🙂\u{1B}[A\u{1B}[200~uno\r\ndos\u{1B}[201~\u{1B}[1;5C\u{3}\r".utf8)
    var whole = KeyDecoder()
    let expected = whole.decode(bytes)
    #expect(expected == [.text("añ🙂"), .up, .paste("uno\ndos"), .wordRight, .interrupt, .enter])
    for cut in 1..<bytes.count {
      var decoder = KeyDecoder()
      let keys = decoder.decode(Array(bytes[..<cut])) + decoder.decode(Array(bytes[cut...]))
      #expect(Self.joined(keys) == expected)
    }
  }

  /// Text that came in two pieces as one.
  private static func joined(_ keys: [Key]) -> [Key] {
    keys.reduce(into: []) { result, key in
      if case .text(let more) = key, case .text(let text)? = result.last {
        result[result.count - 1] = .text(text + more)
      } else {
        result.append(key)
      }
    }
  }

  @Test func `Bytes that are no UTF-8 and unknown sequences mean nothing`() {
    var decoder = KeyDecoder()
    #expect(decoder.decode([0xFF, 0xC0, 0x41, 0x1B, 0x5B, 0x39, 0x39, 0x7E, 0x42]) == [.text("AB")])
  }
}

@Suite struct LineEditorTests {
  private func typed(_ keys: Key..., history: [String] = []) -> LineEditor {
    var editor = LineEditor(history: history, completions: SlashCommand.names)
    for key in keys { _ = editor.handle(key) }
    return editor
  }

  @Test func `Keys edit where the cursor is`() {
    #expect(typed(.text("año"), .left, .backspace, .text("ch")).text == "acho")
    #expect(typed(.text("uno dos tres"), .deleteWord, .home, .wordRight, .deleteToEnd).text == "uno")
    #expect(typed(.text("abc"), .home, .delete, .endOfInput).text == "c")
    #expect(typed(.text("e"), .text("\u{301}"), .backspace).text == "")
  }

  @Test func `The history goes up and down and comes back to what was being written`() {
    #expect(typed(.text("x"), .up, history: ["uno", "dos"]).text == "dos")
    #expect(typed(.text("x"), .up, .up, .up, history: ["uno", "dos"]).text == "uno")
    #expect(typed(.text("x"), .up, .down, history: ["uno", "dos"]).text == "x")
  }

  @Test func `A pasted line end does not send`() {
    var editor = typed(.paste("uno\ndos"))
    #expect(editor.handle(.enter) == .submit("uno\ndos"))
    #expect(editor.text == "")
  }

  @Test func `Ctrl-C throws the line away, Ctrl-D leaves an empty one only`() {
    var editor = typed(.text("x"))
    #expect(editor.handle(.interrupt) == .interrupt(wasEmpty: false))
    #expect(editor.handle(.interrupt) == .interrupt(wasEmpty: true))
    #expect(editor.handle(.endOfInput) == .endOfInput)
  }

  @Test func `Tab completes slash commands as far as they agree`() {
    #expect(typed(.text("/he"), .tab).text == "/help")
    #expect(typed(.text("/s"), .tab).text == "/sa")
    #expect(typed(.text("hola"), .tab).text == "hola")
  }

  @Test func `Characters that would steer the terminal are not taken`() {
    #expect(typed(.paste("a\u{1B}[2Jb\tc\u{7}")).text == "a[2Jb  c")
  }

  @Test func `A line longer than the terminal is drawn over rows, with the cursor at its place`() {
    var painter = LinePainter()
    let editor = typed(.text(String(repeating: "x", count: 25)), .home)
    let drawn = painter.draw(editor, prompt: "> ", promptWidth: 2, columns: 10)
    #expect(drawn.split(separator: "\r\n", omittingEmptySubsequences: false).count == 3)
    #expect(drawn.hasSuffix("\u{1B}[2A\r\u{1B}[2C"))
    #expect(painter.finish() == "\u{1B}[2B\r\n")
  }
}

@Suite struct SlashCommandTests {
  @Test func `Commands have a name in each language, and other lines are said to the model`() {
    #expect(SlashCommand("/modelo  tiny ") == SlashCommand("/model tiny "))
    #expect(SlashCommand("/AYUDA") == .help)
    #expect(SlashCommand("/buzón") == .inbox && SlashCommand("/inbox") == .inbox)
    #expect(SlashCommand("/porque 3") == .why("3") && SlashCommand("/why") == .why(""))
    #expect(SlashCommand("/nunca 3") == SlashCommand("/never  3"))
    #expect(SlashCommand("/nada") == .unknown("/nada"))
    #expect(SlashCommand("hola") == nil)
    #expect(SlashCommand("//ruta") == nil)
  }
}
