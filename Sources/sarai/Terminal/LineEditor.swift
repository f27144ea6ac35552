import SaraiRuntime

/// One line being written, with a history: what readline's users expect of the common keys.
struct LineEditor {
  enum Action: Hashable {
    case none
    case redraw
    case submit(String)
    /// Ctrl-C; `wasEmpty` tells whether there was nothing to throw away.
    case interrupt(wasEmpty: Bool)
    case endOfInput
    case clearScreen
  }

  private(set) var characters: [Character] = []
  private(set) var cursor = 0
  private var history: [String]
  /// A place in the history; its end is the line being written.
  private var place: Int
  private var draft = ""
  private let completions: [String]

  private static let maxHistory = 500
  private static let maxCharacters = 1 << 18

  init(history: [String] = [], completions: [String] = []) {
    self.history = history
    self.completions = completions
    place = history.count
  }

  var text: String { String(characters) }

  /// Takes lines out of what the up key brings back.
  mutating func leaveOut(_ isUnwanted: (String) -> Bool) {
    history.removeAll(where: isUnwanted)
    place = history.count
  }

  mutating func handle(_ key: Key) -> Action {
    switch key {
    case .text(let text), .paste(let text): insert(text)
    case .enter: return submit()
    case .interrupt:
      let wasEmpty = characters.isEmpty
      set("")
      return .interrupt(wasEmpty: wasEmpty)
    case .endOfInput:
      if characters.isEmpty { return .endOfInput }
      remove(cursor..<min(cursor + 1, characters.count))
    case .clearScreen: return .clearScreen
    case .tab: return complete()
    case .backspace: remove(max(0, cursor - 1)..<cursor)
    case .delete: remove(cursor..<min(cursor + 1, characters.count))
    case .deleteWord: remove(wordStart..<cursor)
    case .deleteToStart: remove(0..<cursor)
    case .deleteToEnd: remove(cursor..<characters.count)
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .wordLeft: cursor = wordStart
    case .wordRight: cursor = wordEnd
    case .home: cursor = 0
    case .end: cursor = characters.count
    case .up: return recall(place - 1)
    case .down: return recall(place + 1)
    }
    return .redraw
  }

  private mutating func submit() -> Action {
    let line = text
    let isWorthKeeping = line.contains { !$0.isWhitespace } && line != history.last
    if isWorthKeeping { history = (history + [line]).suffix(Self.maxHistory) }
    set("")
    place = history.count
    return .submit(line)
  }

  private mutating func insert(_ text: String) {
    let room = max(0, Self.maxCharacters - characters.count)
    // A tab or an escape in pasted text would move the terminal's cursor unseen.
    let clean = text.replacing("\t", with: "  ").withoutControlCharacters
    characters.insert(contentsOf: clean.prefix(room), at: cursor)
    // A combining mark joins the character before it, so the count is taken from what came out.
    let after = characters.count - cursor - min(clean.count, room)
    characters = Array(String(characters))
    cursor = characters.count - after
  }

  private mutating func remove(_ range: Range<Int>) {
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  private mutating func set(_ text: String) {
    characters = Array(text)
    cursor = characters.count
  }

  private mutating func recall(_ wanted: Int) -> Action {
    guard (0...history.count).contains(wanted), wanted != place else { return .none }
    if place == history.count { draft = text }
    place = wanted
    set(wanted == history.count ? draft : history[wanted])
    return .redraw
  }

  private mutating func complete() -> Action {
    let written = text
    let fitting = completions.filter { $0.hasPrefix(written) }
    guard written.hasPrefix("/"), let first = fitting.first else { return .none }
    let common = fitting.dropFirst().reduce(first) { common, other in
      String(zip(common, other).prefix { $0 == $1 }.map(\.0))
    }
    set(common)
    return .redraw
  }

  private var wordStart: Int {
    var index = cursor
    while index > 0, characters[index - 1].isWhitespace { index -= 1 }
    while index > 0, !characters[index - 1].isWhitespace { index -= 1 }
    return index
  }

  private var wordEnd: Int {
    var index = cursor
    while index < characters.count, characters[index].isWhitespace { index += 1 }
    while index < characters.count, !characters[index].isWhitespace { index += 1 }
    return index
  }
}

/// Draws a `LineEditor` below a prompt, over as many rows as it takes.
struct LinePainter {
  /// The rows of the cursor and of the text's end when last drawn, counted from the prompt's.
  private var cursorRow = 0
  private var lastRow = 0

  /// The bytes that draw the line, after a prompt of `promptWidth` columns, and leave the cursor at its place.
  mutating func draw(_ editor: LineEditor, prompt: String, promptWidth: Int, columns: Int) -> String {
    var output = goingToStart() + prompt
    var (row, column) = (0, promptWidth)
    var cursorPlace = (row: 0, column: promptWidth)
    for (index, character) in editor.characters.enumerated() {
      if index == editor.cursor { cursorPlace = (row, column) }
      // A line end within the text is shown as a mark, so that the text stays one line to the eye.
      let shown: Character = character == "\n" ? "↵" : character
      let width = DisplayWidth.of(shown)
      if column + width > columns {
        (row, column) = (row + 1, 0)
        output += "\r\n"
      }
      output.append(shown)
      column += width
    }
    if column >= columns {
      (row, column) = (row + 1, 0)
      output += "\r\n"
    }
    if editor.cursor == editor.characters.count { cursorPlace = (row, column) }
    if cursorPlace.column >= columns { cursorPlace = (cursorPlace.row + 1, 0) }
    if row > cursorPlace.row { output += "\u{1B}[\(row - cursorPlace.row)A" }
    output += "\r" + (cursorPlace.column > 0 ? "\u{1B}[\(cursorPlace.column)C" : "")
    cursorRow = cursorPlace.row
    lastRow = row
    return output
  }

  /// Takes the drawn line away, so that something else can be written there.
  mutating func erase() -> String {
    defer { cursorRow = 0 }
    return goingToStart()
  }

  /// Leaves the drawn line where it is and goes below it.
  mutating func finish() -> String {
    defer { (cursorRow, lastRow) = (0, 0) }
    return (lastRow > cursorRow ? "\u{1B}[\(lastRow - cursorRow)B" : "") + "\r\n"
  }

  private func goingToStart() -> String {
    (cursorRow > 0 ? "\u{1B}[\(cursorRow)A" : "") + "\r\u{1B}[J"
  }
}
