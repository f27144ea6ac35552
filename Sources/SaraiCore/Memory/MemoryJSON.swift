/// What memory holds as JSON, the same for the API and for commands: names in snake case, times in ISO 8601 and UTC, and
/// null for what there is not.
extension MemoryFact {
  package var json: JSONValue {
    [
      "id": .integer(id), "subject": .string(subject), "verb": .string(verb), "object": .string(object),
      "negated": .bool(isNegated), "confidence": .number(confidence), "source": .string(source),
      "extractor": .string(extractor), "standing": .string(standing), "private": .bool(isPrivate),
      "turn": .optional(turn), "said_at": .time(saidAt), "valid_from": .time(validFrom), "valid_to": .time(validTo),
      "superseded_by": .optional(supersededBy),
    ]
  }
}

extension MemoryTurn {
  package var json: JSONValue {
    [
      "id": .integer(id), "conversation": .string(conversation), "role": .string(role), "speaker": .string(speaker),
      "said_at": .time(saidAt), "text": .string(text), "score": .number(Double(score)),
    ]
  }
}

extension MemoryLearnt {
  package var json: JSONValue {
    [
      "turn": .optional(turn), "facts": .array(facts.map(\.json)), "ended": .array(ended.map(\.json)),
      "operation": .optional(operation), "paused": .bool(isPaused), "replay": .bool(isReplay),
    ]
  }
}

extension MemoryReply {
  package var json: JSONValue {
    [
      "outcome": .string(outcome.rawValue), "answer": .string(text), "facts": .array(facts.map(JSONValue.integer)),
      "language": .string(language.rawValue),
    ]
  }

  /// Where memory alone has nothing to say.
  package static func absent(_ language: Language) -> JSONValue {
    ["outcome": "none", "answer": .null, "facts": [], "language": .string(language.rawValue)]
  }
}

extension MemoryRecall {
  package var json: JSONValue { ["facts": .array(facts.map(\.json)), "turns": .array(turns.map(\.json))] }
}

extension MemoryWhy {
  package var json: JSONValue {
    [
      "fact": fact.json, "turn": turn?.json ?? .null, "replaced": .array(replaced.map(\.json)),
      "replaced_by": replacedBy?.json ?? .null, "operations": .array(operations.map(\.json)),
    ]
  }
}

extension MemoryOperation {
  package var json: JSONValue {
    [
      "id": .integer(id), "kind": .string(kind), "at": .time(at), "undone": .bool(isUndone),
      "facts": .array(facts.map(JSONValue.integer)),
    ]
  }
}

extension MemoryForgotten {
  package var json: JSONValue {
    var object: JSONObject = [
      "facts": .array(facts.map(JSONValue.integer)), "turns": .array(turns.map(JSONValue.integer)),
      "backups_purged": .integer(Int64(backupsPurged)),
    ]
    if let elsewhere { object["messages_redacted"] = .integer(Int64(elsewhere.messages)) }
    return .object(object)
  }
}

extension MemorySettings {
  package var json: JSONValue {
    [
      "paused": .bool(isPaused), "trusted": .array(trusted.map(JSONValue.string)),
      "proposed": .integer(Int64(proposed)),
    ]
  }
}

extension MemoryImport {
  package var json: JSONValue {
    [
      "facts_added": .integer(Int64(factsAdded)), "already_known": .integer(Int64(alreadyKnown)),
      "turns_added": .integer(Int64(turnsAdded)),
    ]
  }
}

extension MemoryBackup {
  package var json: JSONValue {
    [
      "name": .string(name), "taken_at": .time(takenAt), "reason": .string(reason), "bytes": .integer(Int64(bytes)),
    ]
  }
}

extension MemoryVacuum {
  package var json: JSONValue {
    [
      "bytes_before": .integer(Int64(bytesBefore)), "bytes_after": .integer(Int64(bytesAfter)),
      "duplicates_removed": .integer(Int64(duplicatesRemoved)), "terms_removed": .integer(Int64(termsRemoved)),
    ]
  }
}

extension MemoryRotation {
  package var json: JSONValue {
    ["facts_removed": .integer(Int64(factsRemoved)), "turns_removed": .integer(Int64(turnsRemoved))]
  }
}

extension MemoryStatistics {
  package var json: JSONValue {
    let numbers = [
      ("owners", owners), ("facts", facts), ("past_facts", pastFacts), ("proposed_facts", proposedFacts),
      ("turns", turns), ("terms", terms), ("vectors", vectors), ("database_bytes", databaseBytes),
      ("vector_bytes", vectorBytes), ("free_bytes", freeBytes), ("backups", backups), ("backup_bytes", backupBytes),
    ]
    var object = JSONObject()
    for (name, number) in numbers { object[name] = .integer(Int64(number)) }
    return .object(object)
  }
}

extension JSONValue {
  fileprivate static func optional(_ number: Int64?) -> JSONValue { number.map(JSONValue.integer) ?? .null }

  fileprivate static func time(_ milliseconds: Int64?) -> JSONValue {
    milliseconds.map { .string(ISOTime.text($0)) } ?? .null
  }
}
