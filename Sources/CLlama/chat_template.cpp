#include "guard.h"

#include <jinja/lexer.h>
#include <jinja/parser.h>
#include <jinja/runtime.h>
#include <jinja/value.h>

#include <string>

using sarai::guarded;
using sarai::report;

namespace {

std::string text_of(sarai_bytes bytes) { return std::string(bytes.data ? bytes.data : "", bytes.size); }

}  // namespace

struct sarai_template {
  jinja::program program;
  std::string source;
  std::string bos;
  std::string eos;
};

struct sarai_rendering {
  std::vector<jinja::string_part> parts;
};

sarai_template *sarai_template_parse(sarai_bytes source, sarai_bytes bos, sarai_bytes eos, sarai_fault *fault) {
  return guarded(fault, static_cast<sarai_template *>(nullptr), [&] {
    jinja::lexer lexer;
    auto tokens = lexer.tokenize(text_of(source));
    auto program = jinja::parse_from_tokens(tokens);
    return new sarai_template{std::move(program), std::move(tokens.source), text_of(bos), text_of(eos)};
  });
}

void sarai_template_free(sarai_template *chat_template) { delete chat_template; }

sarai_rendering *sarai_template_render(
    const sarai_template *chat_template, const sarai_message *messages, size_t count, bool add_generation_prompt,
    sarai_fault *fault) {
  return guarded(fault, static_cast<sarai_rendering *>(nullptr), [&] {
    auto list = jinja::mk_val<jinja::value_array>();
    for (size_t i = 0; i < count; i++) {
      auto content = jinja::mk_val<jinja::value_string>(text_of(messages[i].content));
      content->mark_input();
      auto message = jinja::mk_val<jinja::value_object>();
      message->insert("role", jinja::mk_val<jinja::value_string>(text_of(messages[i].role)));
      message->insert("content", content);
      list->push_back(message);
    }
    jinja::context context(chat_template->source);
    context.set_val("messages", list);
    context.set_val("bos_token", jinja::mk_val<jinja::value_string>(chat_template->bos));
    context.set_val("eos_token", jinja::mk_val<jinja::value_string>(chat_template->eos));
    context.set_val("add_generation_prompt", jinja::mk_val<jinja::value_bool>(add_generation_prompt));
    // Models that can think aloud answer at once: on a small machine the thinking would take minutes.
    context.set_val("enable_thinking", jinja::mk_val<jinja::value_bool>(false));
    jinja::runtime runtime(context);
    auto gathered = jinja::runtime::gather_string_parts(runtime.execute(chat_template->program));
    return new sarai_rendering{std::move(gathered->val_str.parts)};
  });
}

size_t sarai_rendering_count(const sarai_rendering *rendering) { return rendering->parts.size(); }

sarai_template_part sarai_rendering_part(const sarai_rendering *rendering, size_t index) {
  const auto &part = rendering->parts[index];
  return {{part.val.data(), part.val.size()}, part.is_input};
}

void sarai_rendering_free(sarai_rendering *rendering) { delete rendering; }
