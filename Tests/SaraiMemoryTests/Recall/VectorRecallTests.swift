import FoundationEssentials
import SaraiCore
import SaraiInference
import TestSupport
import Testing

@testable import SaraiMemory

@Suite("Turns are found by what they mean, with multilingual-e5")
struct VectorRecallTests {
  private static let told = [
    "Mi hermana Lucía vive en Bilbao desde marzo.", "Hoy he comido lentejas con chorizo.",
    "El coche está en el taller, me lo devuelven el jueves.", "Trabajo en Renfe como maquinista.",
    "My neighbour adopted two greyhounds from a shelter.", "Ayer vimos una película de trenes.",
    "Me duele la espalda cuando paso mucho rato sentado.", "I am saving up for a trip to Japan.",
  ]

  @Test(
    "A question without any word of the turn finds it, in the other language too",
    arguments: [
      ("What is my job?", 4), ("Which animals live next door?", 5), ("¿A qué país quiero viajar?", 8),
      ("Do I have any health problems?", 7), ("What did I have for lunch?", 2),
    ])
  func meaning(question: String, expected: Int64) throws {
    let model = try E5Model(path: TestParts.e5.path)
    var index = TurnIndex()
    for (place, text) in Self.told.enumerated() {
      // Each in a conversation of its own, so that no neighbour lends its meaning.
      let turn = Turn(
        id: TurnID(rawValue: Int64(place + 1)), conversation: "\(place)", role: .user, speaker: "",
        saidAt: Timestamp(secondsSince1970: 1_700_000_000), text: text)
      try index.insert(
        turn, vector: StoredVector(try model.embed(TurnIndex.passage(of: turn), purpose: .passage).vector))
    }
    let query = try model.embed(question, purpose: .query).vector
    let found = index.search(question, vector: query, limit: 2)
    #expect(found.map(\.id.rawValue).contains(expected), "\(found)")
    #expect(found.allSatisfy { $0.similarity != nil })
  }
}
