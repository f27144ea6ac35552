import SaraiCore

extension ChatTemplate {
  /// Which template a model's conversations are laid out with, and why.
  package struct Choice: Sendable {
    package var template: ChatTemplate
    /// True where the model's own template is missing or failed the check.
    package var isFallback: Bool
    package var warnings: [String]
  }

  /// The model's own template where it works, else a known one that its control tokens point to.
  package static func choose(for model: LlamaModel) throws -> Choice {
    let bos = model.facts.bos.map { model.text(of: $0) } ?? ""
    let eos = model.facts.eos.map { model.text(of: $0) } ?? ""
    var reason = "the model file has no chat template"
    if let source = model.templateSource {
      do {
        let template = try ChatTemplate(source: source, bos: bos, eos: eos)
        let warnings = template.foldsSystem ? ["the model's chat template takes no system message"] : []
        return Choice(template: template, isFallback: false, warnings: warnings)
      } catch {
        reason = "the model's chat template failed its check: \(error)"
      }
    }
    let known = KnownTemplate.all.first { known in known.markers.allSatisfy { model.specialTokens.contains($0) } }
    let fallback = known ?? .plain
    return Choice(
      template: try ChatTemplate(source: fallback.source, bos: bos, eos: eos), isFallback: true,
      warnings: ["\(reason); using the layout \"\(fallback.name)\""])
  }
}

/// Layouts of well-known model families, for files that lost theirs.
private struct KnownTemplate {
  let name: String
  /// The control tokens that give the family away.
  let markers: [String]
  let source: String

  static let all = [
    KnownTemplate(
      name: "chatml", markers: ["<|im_start|>", "<|im_end|>"],
      source: """
        {% for message in messages %}<|im_start|>{{ message.role }}
        {{ message.content }}<|im_end|>
        {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """),
    KnownTemplate(
      name: "llama3", markers: ["<|start_header_id|>", "<|eot_id|>"],
      source: """
        {% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>

        {{ message.content }}<|eot_id|>{% endfor %}\
        {% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>

        {% endif %}
        """),
    KnownTemplate(
      name: "gemma", markers: ["<start_of_turn>", "<end_of_turn>"],
      source: """
        {% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}\
        <start_of_turn>{% if message.role == 'assistant' %}model{% else %}user{% endif %}
        {{ message.content }}<end_of_turn>
        {% endfor %}{% if add_generation_prompt %}<start_of_turn>model
        {% endif %}
        """),
    KnownTemplate(
      name: "phi3", markers: ["<|user|>", "<|assistant|>", "<|end|>"],
      source: """
        {% for message in messages %}<|{{ message.role }}|>
        {{ message.content }}<|end|>
        {% endfor %}{% if add_generation_prompt %}<|assistant|>
        {% endif %}
        """),
  ]

  /// For base models: a transcript.
  static let plain = KnownTemplate(
    name: "plain", markers: [],
    source: """
      {% for message in messages %}{% if message.role == 'system' %}{{ message.content }}

      {% elif message.role == 'assistant' %}Assistant: {{ message.content }}
      {% else %}User: {{ message.content }}
      {% endif %}{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}
      """)
}
