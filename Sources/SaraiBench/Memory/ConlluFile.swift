import FoundationEssentials
package import SaraiCore
package import SaraiMemory

/// A sentence of a treebank: its plain text and its tree.
package struct ConlluSentence: Sendable, Hashable {
  /// As `# text` has it, or as its words and `SpaceAfter=No` make it.
  package let text: String
  package let tree: DependencyTree
}

/// Reads CoNLL-U: ten columns a word, an empty line after each sentence, comments before its words. A range (`3-4`) is
/// how two words are written together; an empty node (`8.1`) is in no basic tree and is passed over.
package enum ConlluFile {
  package static let maxBytes = 256 << 20
  package static let maxSentences = 500_000
  static let maxLineBytes = 256 << 10

  /// - Throws: `notFound` where it cannot be read, `tooLarge`, and `invalidRequest` with the number of the first line
  ///   that is wrong.
  package static func load(path: String) throws(SaraiError) -> [ConlluSentence] {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    if let bytes = (attributes?[.size] as? any BinaryInteger).map({ Int($0) }), bytes > maxBytes {
      throw SaraiError(
        .tooLarge, es: "\(path) pasa de \(maxBytes >> 20) MiB. Divídelo y mide cada parte.",
        en: "\(path) has more than \(maxBytes >> 20) MiB. Cut it and measure each part.", subject: path)
    }
    guard attributes?[.type] as? FileAttributeType != .typeDirectory,
      let data = FileManager.default.contents(atPath: path)
    else {
      throw SaraiError(
        .notFound, es: "No se puede leer \(path): da un fichero CoNLL-U.",
        en: "Cannot read \(path): give a CoNLL-U file.", subject: path)
    }
    var reader = Reader(path: path)
    return try reader.read(Array(data))
  }

  /// One pass over the lines of a file.
  struct Reader {
    let path: String
    private var sentences: [ConlluSentence] = []
    private var text: String?
    private var words: [Word] = []
    private var number = 0
    private var first = 0
    /// The last word that a range takes in, and how it is written.
    private var range: (last: Int, isSpaced: Bool)?
    private var plain = ""

    private struct Word {
      var token: DependencyTree.Token
      var head: Int
    }

    init(path: String) { self.path = path }

    mutating func read(_ bytes: [UInt8]) throws(SaraiError) -> [ConlluSentence] {
      for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        number += 1
        guard line.count <= maxLineBytes else { throw wrong("la línea es demasiado larga", "the line is too long") }
        var line = line
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard let string = String(validating: line, as: UTF8.self) else {
          throw wrong("no es UTF-8", "it is not UTF-8")
        }
        try read(number == 1 && string.hasPrefix("\u{FEFF}") ? String(string.dropFirst()) : string)
      }
      try close()
      guard !sentences.isEmpty else { throw wrong("no hay ninguna frase", "there is no sentence") }
      return sentences
    }

    private mutating func read(_ line: String) throws(SaraiError) {
      if line.allSatisfy(\.isWhitespace) { return try close() }
      if line.hasPrefix("#") {
        let comment = line.dropFirst().drop(while: \.isWhitespace)
        if comment.hasPrefix("text"), let equals = comment.firstIndex(of: "="),
          comment[..<equals].dropFirst(4).allSatisfy(\.isWhitespace)
        {
          text = String(comment[comment.index(after: equals)...].drop(while: \.isWhitespace))
        }
        return
      }
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count == 10 else {
        throw wrong("hay \(columns.count) columnas y no 10", "there are \(columns.count) columns and not 10")
      }
      if first == 0 { first = number }
      if columns[0].contains(".") { return }
      if columns[0].contains("-") { return try readRange(columns) }
      try readWord(columns)
    }

    private mutating func readRange(_ columns: [Substring]) throws(SaraiError) {
      let limits = columns[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard limits.count == 2, let start = limits[0], let end = limits[1], start == words.count + 1, end >= start else {
        throw wrong("el rango «\(columns[0])» no está en su sitio", "the range \"\(columns[0])\" is not in its place")
      }
      let isSpaced = !columns[9].contains("SpaceAfter=No")
      plain += columns[1] + (isSpaced ? " " : "")
      range = (end, isSpaced)
    }

    private mutating func readWord(_ columns: [Substring]) throws(SaraiError) {
      guard let id = Int(columns[0]), id == words.count + 1 else {
        throw wrong(
          "se esperaba la palabra \(words.count + 1) y pone «\(columns[0])»",
          "word \(words.count + 1) was expected and it says \"\(columns[0])\"")
      }
      guard words.count < DependencyTree.maxTokens else {
        throw wrong(
          "la frase pasa de \(DependencyTree.maxTokens) palabras",
          "the sentence has more than \(DependencyTree.maxTokens) words")
      }
      guard let head = Int(columns[6]), head >= 0 else {
        throw wrong("la palabra \(id) no dice de cuál depende", "word \(id) does not say which one it depends on")
      }
      if let range, id <= range.last {
        if id == range.last { self.range = nil }
      } else {
        plain += columns[1] + (columns[9].contains("SpaceAfter=No") ? "" : " ")
      }
      words.append(
        Word(
          token: DependencyTree.Token(
            text: String(columns[1]), lemma: String(columns[2]), partOfSpeech: String(columns[3]),
            features: DependencyTree.Token.features(columns[5]), head: nil, relation: columns[7].lowercased()),
          head: head))
    }

    private mutating func close() throws(SaraiError) {
      defer {
        (text, words, first, range, plain) = (nil, [], 0, nil, "")
      }
      guard first > 0 else { return }
      guard sentences.count < maxSentences else {
        throw wrong("hay más de \(maxSentences) frases", "there are more than \(maxSentences) sentences")
      }
      let tokens = words.map { word in
        var token = word.token
        token.head = word.head == 0 ? nil : word.head - 1
        return token
      }
      guard let tree = DependencyTree(tokens) else {
        throw wrong(
          "las palabras de la frase que empieza en la línea \(first) no forman un árbol",
          "the words of the sentence that begins in line \(first) make no tree")
      }
      while plain.last == " " { plain.removeLast() }
      sentences.append(ConlluSentence(text: text ?? plain, tree: tree))
    }

    private func wrong(_ es: String, _ en: String) -> SaraiError {
      SaraiError(
        .invalidRequest, es: "\(path), línea \(number): \(es). Da un fichero CoNLL-U.",
        en: "\(path), line \(number): \(en). Give a CoNLL-U file.", subject: path)
    }
  }
}
