// A process of its own that works on a memory, for tests that take something away from it.
//
// `memory-writer FOLDER FIRST` writes without end, and tells each number once all that belongs to it is acknowledged,
// until it is killed. `memory-writer FOLDER each` tries each operation once and tells how it ended: for disks that are
// full.
import Glibc
import SaraiCore
import SaraiMemory
import SaraiStore

func tell(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  guard write(1, bytes, bytes.count) == bytes.count else { exit(1) }
}

func attempt(_ name: String, _ body: () throws -> Void) {
  do {
    try body()
    tell("\(name) ok")
  } catch let fault as SaraiError { tell("\(name) \(fault.code.rawValue)") } catch { tell("\(name) \(error)") }
}

func fact(_ receipt: Receipt) -> [FactID] {
  receipt.outcomes.compactMap { outcome in
    switch outcome {
    case .added(let id, _), .confirmed(let id, _): id
    default: nil
    }
  }
}

func tell(number: Int, _ memory: MemoryStore) throws {
  let said = NewTurn(conversation: "c", text: "La pieza \(number) está en el cajón \(number), dice el taller.")
  let receipt = try memory.store(
    Batch(
      owner: .local, key: "pieza-\(number)", turn: said,
      changes: [
        .add(NewFact(Term("pieza \(number)"), "estar en", Term("cajón \(number)")), replacing: .nothing),
        .add(NewFact("última pieza", "ser", Term("pieza \(number)")), replacing: .sameSubjectAndVerb),
      ]))
  if let turn = receipt.turn {
    let vector = StoredVector((0..<384).map { Float(($0 * number) % 17) })
    _ = try memory.setVectors([(turn.rawValue, vector)], .turn, model: "e5", owner: .local)
  }
}

/// What changes files rather than rows, each at its turn.
func disturb(number: Int, _ memory: MemoryStore) throws {
  switch number % 16 {
  case 3, 11:
    let secret = NewFact(Term("efímero \(number)"), "ser", Term("secreto-\(number)-oculto"))
    let receipt = try memory.store(
      Batch(owner: .local, key: "efímero-\(number)", changes: [.add(secret, replacing: .nothing)]))
    try memory.forget(ForgetRequest(owner: .local, facts: fact(receipt)))
  case 5: try memory.backup()
  case 9: try memory.vacuum()
  case 13: try memory.restore(memory.backup().path)
  default: break
  }
}

func tryEach(_ memory: MemoryStore, _ folder: String) throws {
  let long = String(repeating: "una frase que no cabe, ", count: 100_000)
  attempt("small") { _ = try memory.store(NewTurn(conversation: "c", text: "cabe"), owner: .local) }
  attempt("store") { _ = try memory.store(NewTurn(conversation: "c", text: long), owner: .local) }
  attempt("backup") { try memory.backup() }
  attempt("copy") { try memory.backup(to: folder + "/copy.db") }
  attempt("restore") { try memory.restore(memory.backups()[0].path) }
  attempt("vacuum") { try memory.vacuum() }
  let secret = try memory.recall(FactQuery(owner: .local, subjects: ["clave"])).map(\.id)
  attempt("forget") { try memory.forget(ForgetRequest(owner: .local, facts: secret)) }
  attempt("after") { _ = try memory.store(NewTurn(conversation: "c", text: "cabe también"), owner: .local) }
}

let folder = CommandLine.arguments[1]
do {
  let memory = try MemoryStore.open(folder: folder)
  if CommandLine.arguments[2] == "each" {
    try tryEach(memory, folder)
    exit(0)
  }
  guard var number = Int(CommandLine.arguments[2]) else { exit(2) }
  while true {
    try tell(number: number, memory)
    try disturb(number: number, memory)
    tell("\(number)")
    number += 1
  }
} catch let fault as SaraiError {
  tell(fault.code.rawValue)
  exit(3)
}
