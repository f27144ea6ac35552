import MemoryProtocol
import SaraiCore

/// What is told and forgotten, for dates that are to be minded.
extension LoopEyes {
  /// Words of a person and values of facts that are passed on, in characters.
  private static let longestValue = 500

  /// Follows a memory that runs, until it ends or the task is cancelled.
  func follow(_ memory: MemoryClient) async {
    _ = try? await memory.watchFacts { news in
      for fact in news.told where fact.standing == "current" && !fact.isNegated && !fact.isPrivate {
        self.tell(
          "fact_dated",
          [
            "owner": news.owner, "fact": "\(fact.id)", "subject": Self.short(fact.subject),
            "verb": Self.short(fact.verb), "object": Self.short(fact.object), "told_at": "\(fact.saidAt)",
            "said": Self.short(news.said),
          ])
      }
      for fact in news.gone { self.tell("fact_gone", ["owner": news.owner, "fact": "\(fact)"]) }
    }
  }

  private static func short(_ text: String) -> String { String(text.prefix(longestValue)) }
}
