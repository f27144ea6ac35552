package import SaraiCore

/// One model that SARAi knows of, installed or not.
package struct CatalogueEntry: Sendable, Hashable {
  package enum Backend: String, Sendable, CaseIterable {
    /// A GGUF file, run by libllama.
    case llama
    /// A model file of the e5 embedder.
    case e5
    /// A server that speaks the OpenAI API, here or on another machine.
    case openai
  }

  /// `[a-z0-9][a-z0-9._-]*`, at most 64 characters, and no role's name.
  package var id: String
  package var name: String
  package var kind: ModelSummary.Kind
  package var backend: Backend
  /// The file's name inside the models folder: never a path. Nil for a remote server.
  package var file: String?
  /// Nil where it is not known before the download.
  package var sizeBytes: Int64?
  /// 64 lower-case hexadecimal digits. Nil where the first download, or the making of the file, decides it.
  package var sha256: String?
  /// Empty where nobody says.
  package var licence: String
  /// ISO 639-1 codes of the languages in which it can hold an open conversation.
  package var languages: [String]
  /// Tokens of context it was trained for.
  package var contextTokens: Int
  /// How many weights it has; nil where unknown.
  package var parameterCount: Int64?
  package var roles: [ModelRole]
  /// Id of a small model with the same vocabulary, which can draft for this one.
  package var draft: String?
  package var source: ModelSource
  package var notes: Localized?

  package init(
    id: String, name: String, kind: ModelSummary.Kind, backend: Backend, file: String?, sizeBytes: Int64?,
    sha256: String?, licence: String, languages: [String], contextTokens: Int, parameterCount: Int64?,
    roles: [ModelRole], draft: String?, source: ModelSource, notes: Localized?
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.backend = backend
    self.file = file
    self.sizeBytes = sizeBytes
    self.sha256 = sha256
    self.licence = licence
    self.languages = languages
    self.contextTokens = contextTokens
    self.parameterCount = parameterCount
    self.roles = roles
    self.draft = draft
    self.source = source
    self.notes = notes
  }
}

/// Where a model comes from.
package enum ModelSource: Sendable, Hashable {
  /// The same file at one or more addresses, tried in order.
  case urls([String])
  /// A file inside a wheel of the Python package index.
  case pypi(PyPISource)
  /// Made on this machine from another model, by libllama's quantiser.
  case derived(from: String, type: QuantisationType)
  /// Answered by a server.
  case remote(RemoteEndpoint)
  /// A file that the user brought.
  case local
}

package struct PyPISource: Sendable, Hashable {
  package var package: String
  package var version: String
  /// The path of the model inside the wheel.
  package var member: String
  /// Of the wheel, 64 lower-case hexadecimal digits.
  package var wheelSHA256: String

  package init(package: String, version: String, member: String, wheelSHA256: String) {
    self.package = package
    self.version = version
    self.member = member
    self.wheelSHA256 = wheelSHA256
  }
}

package struct RemoteEndpoint: Sendable, Hashable {
  /// With the version, without a trailing slash: `http://127.0.0.1:8000/v1`.
  package var baseURL: String
  /// The server's own name for the model.
  package var model: String
  /// The environment variable that holds the key; the key itself is never written to a file.
  package var apiKeyVariable: String?

  package init(baseURL: String, model: String, apiKeyVariable: String?) {
    self.baseURL = baseURL
    self.model = model
    self.apiKeyVariable = apiKeyVariable
  }
}

/// The quantisation types of libllama that `sarai-engine quantize` takes.
package enum QuantisationType: String, Sendable, CaseIterable {
  case q2K = "Q2_K"
  case q3KM = "Q3_K_M"
  case q4_0 = "Q4_0"
  case q4_1 = "Q4_1"
  case q4KS = "Q4_K_S"
  case q4KM = "Q4_K_M"
  case q5_0 = "Q5_0"
  case q5_1 = "Q5_1"
  case q5KM = "Q5_K_M"
  case q6K = "Q6_K"
  case q8_0 = "Q8_0"
}
