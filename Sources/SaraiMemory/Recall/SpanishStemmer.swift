/// Brings forms of one Spanish word to one stem: number, gender and the commoner verb endings.
///
/// The treatment of nouns and adjectives follows J. Savoy, "Report on CLEF-2001 Experiments: Effective Combined
/// Query-Translation Approach" (2002), which takes off only plurals and final vowels. The verb endings and the pronouns
/// behind them are those of M. Porter's Spanish stemmer (snowballstem.org/algorithms/spanish), with a least length of
/// what remains instead of its regions. Stems are for comparing, not for reading.
enum SpanishStemmer {
  /// - Parameter word: Lower case, without accents.
  static func stem(_ word: String) -> String {
    var letters = Array(word.utf8)
    guard letters.count > 3, letters.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
    removePronouns(&letters)
    if remove(adverbAndNounEndings, from: &letters, leaving: 4) || remove(verbEndings, from: &letters, leaving: 3)
      || remove(futureOfAr, from: &letters, leaving: 4) || remove(futureOfErIr, from: &letters, leaving: 5)
    {
      return String(decoding: letters, as: UTF8.self)
    }
    removeNumberAndGender(&letters)
    return String(decoding: letters, as: UTF8.self)
  }

  private static let pronouns = endings("selas selos sela selo las les los nos la le lo me se te")
  private static let hosts = endings("ando iendo yendo ar er ir")
  private static let adverbAndNounEndings = endings("amente aciones idades mente acion adores adoras ador adora idad")
  private static let verbEndings = endings(
    """
    ariamos eriamos iriamos abamos ieramos aremos eremos iremos iamos asteis isteis arian erian irian arias erias irias
    ieron ieran iesen ieras aria eria iria amos emos imos aban abas aron aste iste iera iese ando iendo yendo ados idos
    adas idas aba ado ido ada ida ian ias ia io ar er ir an en
    """)
  private static let futureOfAr = endings("aran aras ara are")
  private static let futureOfErIr = endings("eran eras era ere iran iras ira ire")

  /// Longest first, so that the first one that fits is the one to take off.
  private static func endings(_ list: String) -> [[UInt8]] {
    list.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) }.sorted { $0.count > $1.count }
  }

  private static func removePronouns(_ letters: inout [UInt8]) {
    guard let pronoun = pronouns.first(where: { letters.ends(with: $0) }) else { return }
    let host = letters.dropLast(pronoun.count)
    guard host.count > 4, hosts.contains(where: { host.ends(with: $0) }) else { return }
    letters.removeLast(pronoun.count)
  }

  private static func remove(_ endings: [[UInt8]], from letters: inout [UInt8], leaving least: Int) -> Bool {
    guard let ending = endings.first(where: { letters.count - $0.count >= least && letters.ends(with: $0) }) else {
      return false
    }
    letters.removeLast(ending.count)
    return true
  }

  private static func removeNumberAndGender(_ letters: inout [UInt8]) {
    if letters.last == UInt8(ascii: "s") {
      // "luces" and "luz".
      if letters.ends(with: Array("ces".utf8)) {
        letters.removeLast(3)
        letters.append(UInt8(ascii: "z"))
        return
      }
      letters.removeLast()
    }
    if letters.count > 3, let last = letters.last, "aeo".utf8.contains(last) { letters.removeLast() }
  }
}

extension BidirectionalCollection where Element == UInt8 {
  func ends(with ending: [UInt8]) -> Bool { suffix(ending.count).elementsEqual(ending) }
}
