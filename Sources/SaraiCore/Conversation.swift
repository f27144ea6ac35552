/// One message of a conversation, as the model's chat template sees it.
package struct Message: Sendable, Hashable {
  package enum Role: String, Sendable, CaseIterable {
    case system, user, assistant, tool
  }

  package var role: Role
  package var content: String

  package init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// What a model continues.
package enum Prompt: Sendable, Hashable {
  /// A conversation, laid out by the model's own chat template. Text in it is never read as template tokens.
  case chat([Message])
  /// Plain text, continued as it is.
  case text(String)
  /// Token ids of the model's vocabulary.
  case tokens([Int32])
}
