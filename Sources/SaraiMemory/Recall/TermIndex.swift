import Glibc

/// An inverted index in memory: for each term the documents that have it, and how often.
///
/// Documents are numbered from 0 as they come. A document's terms count for a window of its neighbours too (two before
/// and two after it in the same segment), and for its segment as a whole: an answer seldom repeats the question's
/// words, but it stands near them.
struct TermIndex {
  /// A document, and how often it has the term, in one number.
  private struct Posting {
    let packed: UInt32

    init(document: Int, frequency: Int) { packed = UInt32(document) << 8 | UInt32(min(255, frequency)) }

    var document: Int { Int(packed >> 8) }
    var frequency: Int { Int(packed & 255) }
  }

  /// Numbers of documents have 24 bits.
  static let maximumDocuments = 1 << 24
  /// Once a question's rarer terms have been looked at, common ones beyond this many postings are left out.
  private static let maximumPostings = 40_000
  /// A word that is rare in a handful of documents is no rare word: smaller memories count as ones of this size, which
  /// those have that the weights were fitted to.
  private static let leastDocuments = 500
  private static let leastSegments = 20
  private static let saturation: Float = 1.2
  private static let lengthWeight: Float = 0.75

  private var numbers: [String: Int] = [:]
  private var postings: [[Posting]] = []
  private var documents: [Document] = []
  /// For each document the numbers of its terms, each once. Apart, so that a document is plain numbers.
  private var documentTerms: [[UInt32]] = []
  private var segmentLengths: [Int32] = []
  private var liveDocuments = 0
  private var liveSegments = 0
  private var totalLength = 0
  private var totalWindowLength = 0

  private struct Document {
    var length: Int32
    var windowLength: Int32 = 0
    var segment: Int32
    /// -1 where there is none.
    var previous: Int32
    var next: Int32 = -1
    var isLive = true
  }

  var count: Int { documents.count }
  /// Where a document stands; neighbours are -1 where there are none.
  func place(of document: Int) -> (segment: Int32, previous: Int32, next: Int32) {
    (documents[document].segment, documents[document].previous, documents[document].next)
  }
  func isLive(_ document: Int) -> Bool { documents[document].isLive }
  func previous(of document: Int) -> Int? { neighbour(documents[document].previous) }

  private func neighbour(_ number: Int32) -> Int? { number < 0 ? nil : Int(number) }

  // MARK: Changing

  /// - Parameter previous: The document before it in its segment; nil starts a segment.
  mutating func append(terms: [String], after previous: Int?) {
    let document = documents.count
    var frequencies: [Int: Int] = [:]
    for term in terms { frequencies[number(of: term), default: 0] += 1 }
    for (term, frequency) in frequencies {
      postings[term].append(Posting(document: document, frequency: frequency))
    }
    if let previous { documents[previous].next = Int32(document) }
    if previous == nil { segmentLengths.append(0) }
    let segment = previous.map { Int(documents[$0].segment) } ?? segmentLengths.count - 1
    documents.append(
      Document(
        length: Int32(terms.count), segment: Int32(segment), previous: previous.map { Int32($0) } ?? -1))
    documentTerms.append(frequencies.keys.map { UInt32($0) })
    liveDocuments += 1
    totalLength += terms.count
    if segmentLengths[segment] == 0 { liveSegments += 1 }
    // An empty document still makes its segment one that lives.
    segmentLengths[segment] += Int32(terms.count) + 1
    updateWindows(around: document)
  }

  /// Takes a document out of everything; its neighbours become neighbours of each other.
  mutating func remove(_ document: Int) {
    guard documents[document].isLive else { return }
    for term in documentTerms[document] {
      if let place = place(of: document, in: postings[Int(term)]) { postings[Int(term)].remove(at: place) }
    }
    let removed = documents[document]
    totalLength -= Int(removed.length)
    totalWindowLength -= Int(removed.windowLength)
    liveDocuments -= 1
    let segment = Int(removed.segment)
    segmentLengths[segment] -= removed.length + 1
    if segmentLengths[segment] == 0 { liveSegments -= 1 }
    if let previous = neighbour(removed.previous) { documents[previous].next = removed.next }
    if let next = neighbour(removed.next) { documents[next].previous = removed.previous }
    documentTerms[document] = []
    documents[document] = Document(length: 0, segment: removed.segment, previous: -1, isLive: false)
    if let beside = neighbour(removed.previous) ?? neighbour(removed.next) { updateWindows(around: beside) }
  }

  private func place(of document: Int, in list: [Posting]) -> Int? {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].document < document { low = middle + 1 } else { high = middle }
    }
    return low < list.count && list[low].document == document ? low : nil
  }

  private mutating func number(of term: String) -> Int {
    if let number = numbers[term] { return number }
    numbers[term] = postings.count
    postings.append([])
    return postings.count - 1
  }

  /// The document, up to two before it and up to two after it.
  private func window(_ document: Int) -> [Int] {
    var window = [document]
    var place = documents[document].previous
    for _ in 0..<2 where place >= 0 {
      window.append(Int(place))
      place = documents[Int(place)].previous
    }
    place = documents[document].next
    for _ in 0..<2 where place >= 0 {
      window.append(Int(place))
      place = documents[Int(place)].next
    }
    return window
  }

  private mutating func updateWindows(around document: Int) {
    // Three places, as a document that was taken out lies between.
    for centre in Set(window(document).flatMap(window)) {
      let length = window(centre).reduce(Int32(0)) { $0 + documents[$1].length }
      totalWindowLength += Int(length - documents[centre].windowLength)
      documents[centre].windowLength = length
    }
  }

  // MARK: Asking

  /// How well each document, its window, and each segment, has the words of a question, by BM25 (S. Robertson and H.
  /// Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009).
  struct Scores {
    var documents: [Float]
    var windows: [Float]
    var segments: [Float]
  }

  /// - Parameter groups: The question's words, each as terms of which any will do.
  func scores(_ groups: [[String]]) -> Scores {
    var scores = Scores(
      documents: Array(repeating: 0, count: documents.count), windows: Array(repeating: 0, count: documents.count),
      segments: Array(repeating: 0, count: segmentLengths.count))
    guard liveDocuments > 0 else { return scores }
    var counter = Counter(documents: documents.count, segments: segmentLengths.count)
    var seen = 0
    for lists in selected(groups) {
      let size = lists.reduce(0) { $0 + postings[$1].count }
      guard seen == 0 || seen + size <= Self.maximumPostings else { break }
      seen += size
      for list in lists {
        count(list, into: &counter)
        add(list, documentFrequency: size, to: &scores)
      }
      add(&counter, documentFrequency: size, to: &scores)
    }
    return scores
  }

  /// The lists of each word that is known, the rarest word first; equally rare ones in the question's order.
  private func selected(_ groups: [[String]]) -> [[Int]] {
    let known = groups.map { group in group.compactMap { numbers[$0] }.filter { !postings[$0].isEmpty } }
      .filter { !$0.isEmpty }
    let sizes = known.map { lists in lists.reduce(0) { $0 + postings[$1].count } }
    return known.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }.map { known[$0] }
  }

  /// How often each window and each segment has one word.
  private struct Counter {
    var windows: [UInt16]
    var segments: [UInt16]
    var touchedWindows: [Int32] = []
    var touchedSegments: [Int32] = []

    init(documents: Int, segments: Int) {
      windows = Array(repeating: 0, count: documents)
      self.segments = Array(repeating: 0, count: segments)
    }

    mutating func addWindow(_ document: Int32, _ frequency: UInt16) {
      guard document >= 0 else { return }
      if windows[Int(document)] == 0 { touchedWindows.append(document) }
      windows[Int(document)] &+= frequency
    }

    mutating func addSegment(_ segment: Int32, _ frequency: UInt16) {
      if segments[Int(segment)] == 0 { touchedSegments.append(segment) }
      let (sum, overflows) = segments[Int(segment)].addingReportingOverflow(frequency)
      segments[Int(segment)] = overflows ? .max : sum
    }
  }

  private func count(_ list: Int, into counter: inout Counter) {
    for posting in postings[list] {
      let frequency = UInt16(posting.frequency)
      let document = documents[posting.document]
      counter.addWindow(Int32(posting.document), frequency)
      counter.addWindow(document.previous, frequency)
      counter.addWindow(document.next, frequency)
      if document.previous >= 0 { counter.addWindow(documents[Int(document.previous)].previous, frequency) }
      if document.next >= 0 { counter.addWindow(documents[Int(document.next)].next, frequency) }
      counter.addSegment(document.segment, frequency)
    }
  }

  private func add(_ list: Int, documentFrequency: Int, to scores: inout Scores) {
    let weight = Self.inverseFrequency(documentFrequency, of: max(liveDocuments, Self.leastDocuments))
    let meanLength = max(1, Float(totalLength) / Float(liveDocuments))
    for posting in postings[list] {
      let length = Float(documents[posting.document].length) / meanLength
      scores.documents[posting.document] += weight * Self.saturated(UInt16(posting.frequency), length: length)
    }
  }

  /// Turns the counts of one word into scores, and leaves the counter empty.
  private func add(_ counter: inout Counter, documentFrequency: Int, to scores: inout Scores) {
    let weight = Self.inverseFrequency(documentFrequency, of: max(liveDocuments, Self.leastDocuments))
    let meanLength = max(1, Float(totalWindowLength) / Float(liveDocuments))
    for document in counter.touchedWindows {
      scores.windows[Int(document)] +=
        weight
        * Self.saturated(
          counter.windows[Int(document)], length: Float(documents[Int(document)].windowLength) / meanLength)
      counter.windows[Int(document)] = 0
    }
    let segmentWeight = Self.inverseFrequency(
      counter.touchedSegments.count, of: max(liveSegments, Self.leastSegments))
    let meanSegment = max(1, Float(totalLength + liveDocuments) / Float(max(1, liveSegments)))
    for segment in counter.touchedSegments {
      scores.segments[Int(segment)] +=
        segmentWeight
        * Self.saturated(counter.segments[Int(segment)], length: Float(segmentLengths[Int(segment)]) / meanSegment)
      counter.segments[Int(segment)] = 0
    }
    counter.touchedWindows.removeAll(keepingCapacity: true)
    counter.touchedSegments.removeAll(keepingCapacity: true)
  }

  private static func inverseFrequency(_ frequency: Int, of total: Int) -> Float {
    let frequency = Float(min(frequency, total))
    return logf(1 + (Float(total) - frequency + 0.5) / (frequency + 0.5))
  }

  private static func saturated(_ frequency: UInt16, length: Float) -> Float {
    let frequency = Float(frequency)
    return frequency * (saturation + 1) / (frequency + saturation * (1 - lengthWeight + lengthWeight * length))
  }
}
