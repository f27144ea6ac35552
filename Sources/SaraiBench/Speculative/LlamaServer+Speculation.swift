extension LlamaServer {
  /// How llama-server guesses ahead.
  struct Speculation: Sendable {
    var name: String
    var arguments: [String]

    /// Plain decoding, its n-gram methods with lookups as short as they take them, and a draft model where there is one.
    static func all(draftFile: String?) -> [Speculation] {
      let ngrams = ["ngram-simple", "ngram-map-k"].map { name in
        Speculation(
          name: name, arguments: ["--spec-type", name, "--spec-\(name)-size-n", "4", "--spec-\(name)-size-m", "16"])
      }
      let draft = draftFile.map {
        [Speculation(name: "draft", arguments: ["--spec-type", "draft-simple", "--spec-draft-model", $0])]
      }
      return [Speculation(name: "plain", arguments: [])] + ngrams + (draft ?? [])
    }
  }
}
