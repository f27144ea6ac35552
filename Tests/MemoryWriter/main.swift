// Writes facts without end and tells each one once it is acknowledged, until it is killed: `memory-writer FOLDER FIRST`.
import Glibc
import SaraiMemory

let memory = try MemoryStore.open(folder: CommandLine.arguments[1])
guard var number = Int(CommandLine.arguments[2]) else { exit(2) }
let owner = Owner.local
while true {
  let said = NewTurn(conversation: "c", text: "La pieza \(number) está en el cajón \(number), dice el taller.")
  let receipt = try memory.store(
    Batch(
      owner: owner, key: "pieza-\(number)", turn: said,
      changes: [
        .add(NewFact(Term("pieza \(number)"), "estar en", Term("cajón \(number)")), replacing: .nothing),
        .add(NewFact("última pieza", "ser", Term("pieza \(number)")), replacing: .sameSubjectAndVerb),
      ]))
  if let turn = receipt.turn {
    let vector = StoredVector((0..<384).map { Float(($0 * number) % 17) })
    _ = try memory.setVectors([(turn.rawValue, vector)], .turn, model: "e5", owner: owner)
  }
  let line = Array("\(number)\n".utf8)
  guard write(1, line, line.count) == line.count else { exit(1) }
  number += 1
}
