import SaraiCore
import Testing

/// The shapes that clients of the API and scripts rely on.
@Suite struct MemoryJSONTests {
  private let fact = MemoryFact(
    id: 12, subject: "hermana del usuario", verb: "vivir en", object: "Madrid", isNegated: true, confidence: 0.75,
    extractor: "rules", standing: "past", isPrivate: true, turn: 3, saidAt: 1_795_419_192_000, validFrom: 0,
    validTo: 86_400_000, supersededBy: 14)

  @Test func `a fact has every member, with null for what there is not`() {
    #expect(
      fact.json == [
        "id": 12, "subject": "hermana del usuario", "verb": "vivir en", "object": "Madrid", "negated": true,
        "confidence": 0.75, "source": "user_input", "extractor": "rules", "standing": "past", "private": true,
        "turn": 3, "said_at": "2026-11-23T07:33:12Z", "valid_from": "1970-01-01T00:00:00Z",
        "valid_to": "1970-01-02T00:00:00Z", "superseded_by": 14,
      ])
    let bare = MemoryFact(subject: "a", verb: "b", object: "").json
    for name in ["turn", "valid_from", "valid_to", "superseded_by"] { #expect(bare[name] == .null) }
    #expect(bare["object"] == "")
  }

  @Test func `what a lesson left, a reply and what lies behind a fact are objects of the same facts`() {
    let learnt = MemoryLearnt(turn: 3, facts: [fact], ended: [fact], operation: 5).json
    #expect(learnt["facts"] == [fact.json] && learnt["ended"] == [fact.json])
    #expect(learnt["turn"] == 3 && learnt["operation"] == 5 && learnt["paused"] == false && learnt["replay"] == false)
    #expect(
      MemoryReply(outcome: .contradictory, text: "¿Madrid o Bilbao?", facts: [1, 2], language: .spanish).json
        == ["outcome": "contradictory", "answer": "¿Madrid o Bilbao?", "facts": [1, 2], "language": "es"])
    #expect(
      MemoryReply.absent(.english) == ["outcome": "none", "answer": .null, "facts": [], "language": "en"])
    let turn = MemoryTurn(
      id: 3, conversation: "cli", role: "user", speaker: "", saidAt: 0, text: "Mi hermana no vive en Madrid")
    let operation = MemoryOperation(id: 5, kind: "store", at: 0, isUndone: false, facts: [12])
    let why = MemoryWhy(fact: fact, turn: turn, replaced: [], replacedBy: fact, operations: [operation]).json
    #expect(why["fact"] == fact.json && why["replaced_by"] == fact.json && why["replaced"] == [])
    #expect(why["turn"]?["text"] == "Mi hermana no vive en Madrid" && why["turn"]?["said_at"] == "1970-01-01T00:00:00Z")
    #expect(
      why["operations"]
        == [["id": 5, "kind": "store", "at": "1970-01-01T00:00:00Z", "undone": false, "facts": [12]]])
    #expect(MemoryRecall(facts: [fact], turns: [turn]).json["turns"]?.arrayValue?.first == turn.json)
  }

  @Test func `what is done to a whole memory is told in numbers`() {
    #expect(
      MemoryForgotten(facts: [1], turns: [2, 3], backupsPurged: 4).json
        == ["facts": [1], "turns": [2, 3], "backups_purged": 4])
    #expect(
      MemorySettings(isPaused: true, trusted: ["x"], proposed: 2).json
        == ["paused": true, "trusted": ["x"], "proposed": 2])
    #expect(
      MemoryImport(factsAdded: 1, alreadyKnown: 2, turnsAdded: 3).json
        == ["facts_added": 1, "already_known": 2, "turns_added": 3])
    #expect(
      MemoryBackup(name: "a", takenAt: 0, reason: "asked", bytes: 9).json
        == ["name": "a", "taken_at": "1970-01-01T00:00:00Z", "reason": "asked", "bytes": 9])
    #expect(
      MemoryVacuum(bytesBefore: 4, bytesAfter: 3, duplicatesRemoved: 2, termsRemoved: 1).json
        == ["bytes_before": 4, "bytes_after": 3, "duplicates_removed": 2, "terms_removed": 1])
    #expect(MemoryRotation(factsRemoved: 1, turnsRemoved: 2).json == ["facts_removed": 1, "turns_removed": 2])
    var statistics = MemoryStatistics()
    statistics.pastFacts = 7
    #expect(statistics.json["past_facts"] == 7 && statistics.json.objectValue?.count == 12)
  }
}
