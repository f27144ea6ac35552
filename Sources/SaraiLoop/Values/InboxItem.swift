package import SaraiCore

/// A message that nobody had asked for at that moment. All times are milliseconds since 1970.
package struct InboxItem: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    case reminder, suggestion, alert
    /// What a job answered.
    case report
  }

  package var id: Int64
  package var owner: String
  package var kind: Kind
  package var text: Localized
  /// Why it was said: what called for it and which facts were used.
  package var why: Localized
  /// What it is about, by which it can be muted: "reminder:12", "fact:40", "disk", "skill:calc".
  package var topic: String
  /// What would be done if the person says yes; nil where there is nothing to do but read.
  package var offer: String?
  package var createdAt: Int64
  package var shownAt: Int64?
  package var readAt: Int64?
  /// The person did what it offers.
  package var actedAt: Int64?
  package var dismissedAt: Int64?

  package init(
    id: Int64 = 0, owner: String, kind: Kind, text: Localized, why: Localized, topic: String, offer: String? = nil,
    createdAt: Int64
  ) {
    self.id = id
    self.owner = owner
    self.kind = kind
    self.text = text
    self.why = why
    self.topic = topic
    self.offer = offer
    self.createdAt = createdAt
  }
}
