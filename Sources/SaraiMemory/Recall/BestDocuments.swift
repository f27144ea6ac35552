/// Keeps the best of many documents, in a heap with the worst one on top.
struct BestDocuments {
  struct Candidate {
    let document: Int
    let score: Float
    let id: TurnID

    /// A higher score, or the same and an earlier number: one order for all, so that equal questions get equal answers.
    func isBetter(than other: Candidate) -> Bool {
      score != other.score ? score > other.score : id < other.id
    }
  }

  private let limit: Int
  private var heap: [Candidate] = []

  init(limit: Int) { self.limit = limit }

  var sorted: [Candidate] { heap.sorted { $0.isBetter(than: $1) } }

  mutating func offer(_ document: Int, score: Float, id: TurnID) {
    let candidate = Candidate(document: document, score: score, id: id)
    if heap.count < limit {
      heap.append(candidate)
      rise(heap.count - 1)
    } else if candidate.isBetter(than: heap[0]) {
      heap[0] = candidate
      sink()
    }
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0, heap[(place - 1) / 2].isBetter(than: heap[place]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink() {
    var place = 0
    while true {
      var worst = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[worst].isBetter(than: heap[child]) {
        worst = child
      }
      guard worst != place else { return }
      heap.swapAt(place, worst)
      place = worst
    }
  }
}
