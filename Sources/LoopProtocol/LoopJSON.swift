package import SaraiCore

// What the loop tells, as JSON: on the command line and over HTTP alike. Times are ISO 8601, in UTC.

extension Sarai_Loop_V1_Job {
  package var json: JSONValue {
    [
      "id": .integer(id), "name": .string(name), "owner": .string(owner), "schedule": .string(schedule),
      "zone": .string(zone), "catch_up": .string(catchUp), "action": .string(action),
      "arguments": arguments.mapValues { JSONValue.string($0) }.json, "priority": .integer(Int64(priority)),
      "limit_seconds": .number(limitSeconds),
      "enabled": .bool(isEnabled), "suspended": .bool(isSuspended), "source": .string(source),
      "failures": .integer(Int64(failures)), "next_at": hasNextAt ? .time(nextAt) : .null,
      "last_at": hasLastAt ? .time(lastAt) : .null,
    ]
  }
}

extension Sarai_Loop_V1_Action {
  package var json: JSONValue {
    let effect: JSONValue =
      hasEffect
      ? [
        "unit": .string(effect.unit), "before": .number(effect.before), "after": .number(effect.after),
      ] : .null
    return [
      "key": .string(key), "job": .integer(job), "owner": .string(owner), "trigger": .string(trigger),
      "priority": .integer(Int64(priority)), "action": .string(action),
      "arguments": arguments.mapValues { JSONValue.string($0) }.json,
      "due_at": hasDueAt ? .time(dueAt) : .null, "state": .string(state), "attempts": .integer(Int64(attempts)),
      "started_at": hasStartedAt ? .time(startedAt) : .null, "ended_at": hasEndedAt ? .time(endedAt) : .null,
      "effect": effect, "useful": .bool(isUseful), "text_es": .string(textEs), "text_en": .string(textEn),
    ]
  }
}

extension Sarai_Loop_V1_InboxItem {
  package var json: JSONValue {
    [
      "id": .integer(id), "owner": .string(owner), "kind": .string(kind), "text_es": .string(textEs),
      "text_en": .string(textEn), "why_es": .string(whyEs), "why_en": .string(whyEn), "topic": .string(topic),
      "offer": offer.isEmpty ? .null : .string(offer), "created_at": .time(createdAt),
      "read_at": hasReadAt ? .time(readAt) : .null, "dismissed_at": hasDismissedAt ? .time(dismissedAt) : .null,
      "acted_at": hasActedAt ? .time(actedAt) : .null,
    ]
  }
}

extension Sarai_Loop_V1_Status {
  package var json: JSONValue {
    [
      "state": .string(state), "paused_until": hasPausedUntil ? .time(pausedUntil) : .null,
      "jobs": .integer(Int64(clamping: jobs)), "suspended_jobs": .integer(Int64(clamping: suspendedJobs)),
      "waiting": .integer(Int64(clamping: waiting)), "running": .array(running.map { .string($0) }),
      "next_at": hasNextAt ? .time(nextAt) : .null, "next_action": hasNextAt ? .string(nextAction) : .null,
      "ended_last_hour": .integer(Int64(clamping: endedActions)),
      "useful_last_hour": .integer(Int64(clamping: usefulActions)),
      "unread": unread.mapValues { JSONValue.integer(Int64(clamping: $0)) }.json,
      "uptime_seconds": .number(uptimeSeconds), "zone": .string(zone),
      "rows_set_aside": .integer(Int64(clamping: rowsSetAside)),
      "fault_es": faultEs.isEmpty ? .null : .string(faultEs), "fault_en": faultEn.isEmpty ? .null : .string(faultEn),
    ]
  }
}

extension [String: JSONValue] {
  /// Keys in order, so that equal ones look equal.
  fileprivate var json: JSONValue {
    var object: JSONObject = [:]
    for (key, value) in sorted(by: { $0.key < $1.key }) { object[key] = value }
    return .object(object)
  }
}

extension JSONValue {
  fileprivate static func time(_ seconds: Double) -> JSONValue {
    .string(ISOTime.text(Int64(max(-6e13, min(6e13, seconds)) * 1_000)))
  }
}
